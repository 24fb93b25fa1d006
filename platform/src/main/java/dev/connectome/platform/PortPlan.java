package dev.connectome.platform;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The ports of everything that listens: all different, and nobody else's.
 *
 * @param kafka for the broker's clients
 * @param kafkaController for the broker itself
 */
record PortPlan(
    int controllerGrpc,
    int controllerHttp,
    int connectomeGrpc,
    int connectomeHttp,
    int kafka,
    int kafkaController,
    int postgres) {

  private static final int FIRST_FREE = 10_000;
  private static final int FIRST_EPHEMERAL = 32_768;
  private static final int ATTEMPTS = 1_000;

  /**
   * Chooses the ports. They are held, so that nobody else is given them before they are used.
   *
   * @throws PlatformException if a requested port is out of range or in use; the message names it
   */
  static PortPlan choose(PlatformOptions.Ports requested, HeldPorts held) {
    int controller = hold(held, "the controller", requested.controller());
    int controllerHttp = hold(held, "the controller over HTTP", requested.controllerHttp());
    int kafka = hold(held, "Kafka", requested.kafka());
    int postgres = hold(held, "PostgreSQL", requested.postgres());
    int connectome = hold(held, "the connectome service", requested.connectome());
    var plan =
        new PortPlan(
            controller,
            controllerHttp,
            connectome,
            hold(held, "the connectome service over HTTP", 0),
            kafka,
            hold(held, "Kafka's controller", 0),
            postgres);
    held.releaseUnlessLinux();
    return plan;
  }

  private static int hold(HeldPorts held, String owner, int port) {
    if (port < 0 || port > 65_535) {
      throw PlatformException.badInput(
          "the port for " + owner + " is " + port + ": it must be 1 .. 65535, or 0 for any");
    }
    if (port == 0) {
      return holdAny(held);
    }
    if (!held.take(port)) {
      throw PlatformException.badInput(
          "port " + port + " for " + owner + " is in use: choose another one, or any free one");
    }
    return port;
  }

  /** None of those that systems give to outgoing connections: a service may want it again. */
  private static int holdAny(HeldPorts held) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_FREE, FIRST_EPHEMERAL);
      if (held.hold(port)) {
        return port;
      }
    }
    throw PlatformException.failed(
        "no free port on 127.0.0.1 from " + FIRST_FREE + " to " + (FIRST_EPHEMERAL - 1));
  }
}
