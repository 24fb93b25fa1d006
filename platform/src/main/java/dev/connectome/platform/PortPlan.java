package dev.connectome.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The port of everything that listens, all different and free when they were chosen.
 *
 * @param controllerGrpc the controller's gRPC server
 * @param controllerHttp the controller's HTTP server
 * @param connectomeGrpc the connectome service's gRPC server
 * @param connectomeHttp the connectome service's HTTP server
 * @param kafka the broker, for clients
 * @param kafkaController the broker, for itself
 * @param postgres the database
 */
record PortPlan(
    int controllerGrpc,
    int controllerHttp,
    int connectomeGrpc,
    int connectomeHttp,
    int kafka,
    int kafkaController,
    int postgres) {

  /**
   * Chooses the ports.
   *
   * @param wanted those asked for
   * @return the plan
   * @throws PlatformException if one asked for is taken; names it and its option
   */
  static PortPlan choose(PlatformOptions.Ports wanted) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      int controller = bind(held, "--controller-port", wanted.controller());
      int controllerHttp = bind(held, "--controller-http-port", wanted.controllerHttp());
      int kafka = bind(held, "--kafka-port", wanted.kafka());
      int postgres = bind(held, "--postgres-port", wanted.postgres());
      int connectome = bind(held, "--connectome-port", wanted.connectome());
      return new PortPlan(
          controller,
          controllerHttp,
          connectome,
          bind(held, "", 0),
          kafka,
          bind(held, "", 0),
          postgres);
    } finally {
      held.forEach(PortPlan::release);
    }
  }

  private static int bind(List<ServerSocket> held, String option, int port) {
    if (port < 0 || port > 65_535) {
      throw PlatformException.badInput(
          option + " is " + port + ": a port is 1 .. 65535, or 0 for any");
    }
    try {
      ServerSocket socket = new ServerSocket();
      held.add(socket);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket.getLocalPort();
    } catch (IOException e) {
      if (port == 0) {
        throw PlatformException.failed("no free port on 127.0.0.1: " + IoMessages.of(e), e);
      }
      throw PlatformException.badInput(
          "port "
              + port
              + " of "
              + option
              + " is in use: choose another one, or leave the option out for a free one");
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // A socket that only held a port has nothing to lose.
    }
  }
}
