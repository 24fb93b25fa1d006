package dev.connectome.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ports of 127.0.0.1 that nobody else is given until this is closed, while those that they are for
 * listen on them. On Linux a socket that is bound without {@code SO_REUSEADDR} and does not listen
 * holds its port against everybody else; once it has that option, servers, which set it, may bind
 * the port and listen. Other systems would refuse them: there a port is only found free.
 */
final class HeldPorts implements AutoCloseable {

  private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");

  private final List<SocketChannel> channels = new ArrayList<>();
  private final Set<Integer> chosen = new HashSet<>();

  /**
   * Holds a port that somebody asked for; tells whether a server can listen on it. One on which
   * connections have just ended cannot be held, but listened on.
   */
  boolean take(int port) {
    if (chosen.contains(port) || !(hold(port) || isFree(port))) {
      return false;
    }
    chosen.add(port);
    return true;
  }

  /** Holds a port that is free; tells whether it is. */
  boolean hold(int port) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      SocketChannel channel = SocketChannel.open();
      channels.add(channel);
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, false);
      try {
        channel.bind(address);
      } catch (IOException inUse) {
        channel.close();
        return false;
      }
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      chosen.add(port);
      return true;
    } catch (IOException e) {
      throw PlatformException.failed("no port can be held: " + IoMessages.of(e), e);
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }

  /** To be called when all are chosen. */
  void releaseUnlessLinux() {
    if (!LINUX) {
      close();
    }
  }

  @Override
  public void close() {
    for (SocketChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException ignored) {
        // The socket only held a port.
      }
    }
    channels.clear();
  }
}
