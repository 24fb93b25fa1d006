package dev.connectome.platform;

/** The names of the services in messages and file names. */
final class ServiceNames {
  static final String CONTROLLER = "controller-service";
  static final String CONNECTOME = "connectome-service";
  static final String KAFKA = "kafka";
  static final String POSTGRES = "postgres";

  private ServiceNames() {}
}
