package dev.connectome.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The ports of everything that listens: all different, and free when they were chosen.
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
   * Chooses the ports. All are bound at the same time, so that none is chosen twice.
   *
   * @throws PlatformException if a requested port is out of range or in use; the message names it
   */
  static PortPlan choose(PlatformOptions.Ports requested) {
    List<ServerSocket> bound = new ArrayList<>();
    try {
      int controller = bind(bound, "the controller", requested.controller());
      int controllerHttp = bind(bound, "the controller over HTTP", requested.controllerHttp());
      int kafka = bind(bound, "Kafka", requested.kafka());
      int postgres = bind(bound, "PostgreSQL", requested.postgres());
      int connectome = bind(bound, "the connectome service", requested.connectome());
      return new PortPlan(
          controller,
          controllerHttp,
          connectome,
          bind(bound, "the connectome service over HTTP", 0),
          kafka,
          bind(bound, "Kafka's controller", 0),
          postgres);
    } finally {
      bound.forEach(PortPlan::release);
    }
  }

  private static int bind(List<ServerSocket> bound, String owner, int port) {
    if (port < 0 || port > 65_535) {
      throw PlatformException.badInput(
          "the port for " + owner + " is " + port + ": it must be 1 .. 65535, or 0 for any");
    }
    if (port == 0) {
      return bindAny(bound);
    }
    if (!bind(bound, port)) {
      throw PlatformException.badInput(
          "port " + port + " for " + owner + " is in use: choose another one, or any free one");
    }
    return port;
  }

  /** None of those that systems give to outgoing connections: a service may want it again. */
  private static int bindAny(List<ServerSocket> bound) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_FREE, FIRST_EPHEMERAL);
      if (bind(bound, port)) {
        return port;
      }
    }
    throw PlatformException.failed(
        "no free port on 127.0.0.1 from " + FIRST_FREE + " to " + (FIRST_EPHEMERAL - 1));
  }

  private static boolean bind(List<ServerSocket> bound, int port) {
    try {
      ServerSocket socket = new ServerSocket();
      bound.add(socket);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // The socket only reserved a port.
    }
  }
}
