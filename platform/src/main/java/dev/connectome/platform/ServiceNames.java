package dev.connectome.platform;

/** What the services are called in messages and in the names of their files. */
final class ServiceNames {
  static final String CONTROLLER = "controller-service";
  static final String CONNECTOME = "connectome-service";
  static final String POSTGRES = "postgres";

  private ServiceNames() {}
}
