package dev.connectome.controller.store;

/**
 * A notification that is being sent to one endpoint.
 *
 * @param orderKey what is kept in order with it
 * @param event as it is sent
 * @param attempts how often it was sent, with this time
 */
public record DeliveryRow(
    String endpoint, long id, String orderKey, String eventId, String event, int attempts) {}
