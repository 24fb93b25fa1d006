package dev.connectome.controller.notification;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.connectome.controller.run.Notice;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.NotificationRow;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.UUID;

/** Notifications as CloudEvents 1.0 in JSON. */
final class CloudEvents {

  static final String CONTENT_TYPE = JsonFormat.CONTENT_TYPE;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonFormat FORMAT = new JsonFormat();

  private final URI source;

  /**
   * @param installation identifies the platform
   */
  CloudEvents(UUID installation) {
    source = URI.create("urn:uuid:" + installation);
  }

  /** Unique within the source: the same at every delivery. */
  static String id(NotificationRow notification) {
    return notification.orderKey() + "/" + notification.event().position();
  }

  /** The event as it is sent. */
  String json(NotificationRow notification) {
    CloudEvent event =
        CloudEventBuilder.v1()
            .withId(id(notification))
            .withSource(source)
            .withType(type(notification.notice()))
            .withSubject(notification.subject())
            .withTime(notification.event().eventTime().atOffset(ZoneOffset.UTC))
            .withData("application/json", JsonCloudEventData.wrap(data(notification)))
            .build();
    return new String(FORMAT.serialize(event), StandardCharsets.UTF_8);
  }

  private static String type(Notice notice) {
    return notice == Notice.ENFORCEMENT_CHANGED
        ? "dev.connectome.enforcement.changed.v1"
        : "dev.connectome.run." + notice.settingName() + ".v1";
  }

  private static ObjectNode data(NotificationRow notification) {
    EventRow event = notification.event();
    ObjectNode data = JSON.createObjectNode();
    if (notification.notice() == Notice.ENFORCEMENT_CHANGED) {
      return data.put("suspended", event.kind().equals("SUSPENDED"))
          .put("actor", event.actor())
          .put("reason", event.message());
    }
    return data.put("name", notification.subject())
        .put("uid", notification.orderKey())
        .put("state", "RUN_STATE_" + event.state())
        .put("attempt", event.attempt())
        .put("actor", event.actor())
        .put("message", event.message())
        .put("position", event.position());
  }
}
