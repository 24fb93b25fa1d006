package dev.connectome.signature.faults;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A TCP proxy whose connections can be cut. */
final class Relay implements AutoCloseable {

  private final int port;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "relay");
            thread.setDaemon(true);
            return thread;
          });
  private ServerSocket server;

  Relay(int port, int target) throws IOException {
    this.port = port;
    this.target = target;
    this.server = listen();
  }

  /** Closes all connections and refuses new ones. */
  void cut() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    open.clear();
  }

  /** Accepts connections again. */
  void reconnect() throws IOException {
    server = listen();
  }

  private ServerSocket listen() throws IOException {
    ServerSocket listening = new ServerSocket();
    listening.setReuseAddress(true);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    threads.execute(() -> accept(listening));
    return listening;
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        connect(listening.accept(), listening);
      } catch (IOException e) {
        // Closed by cut().
      }
    }
  }

  private void connect(Socket client, ServerSocket listening) {
    open.add(client);
    try {
      Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
      open.add(broker);
      if (listening.isClosed()) {
        closeAll(client, broker);
      }
      threads.execute(() -> copy(client, broker));
      threads.execute(() -> copy(broker, client));
    } catch (IOException e) {
      // The broker is down. Close the client, or it would wait for an answer for ever.
      closeAll(client);
    }
  }

  private void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side closed; close the other as well.
    } finally {
      closeAll(from, to);
    }
  }

  private void closeAll(Socket... sockets) {
    for (Socket socket : sockets) {
      open.remove(socket);
      try {
        socket.close();
      } catch (IOException e) {
        // Nothing to do.
      }
    }
  }

  @Override
  public void close() throws IOException {
    cut();
    threads.shutdownNow();
  }
}
