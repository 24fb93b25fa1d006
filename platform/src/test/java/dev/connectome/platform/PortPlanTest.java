package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.platform.fixture.FreePort;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortPlanTest {

  private final HeldPorts held = new HeldPorts();

  @AfterEach
  void release() {
    held.close();
  }

  @Test
  void portsThatAreNotRequestedAreFreeAndDifferent() {
    PortPlan plan = PortPlan.choose(PlatformOptions.Ports.ANY, held);

    assertThat(
            IntStream.of(
                plan.controllerGrpc(),
                plan.controllerHttp(),
                plan.connectomeGrpc(),
                plan.connectomeHttp(),
                plan.kafka(),
                plan.kafkaController(),
                plan.postgres()))
        .doesNotHaveDuplicates()
        .allSatisfy(
            port ->
                assertThat(port)
                    .as("no port of outgoing connections, on Linux and macOS")
                    .isBetween(10_000, 32_767));
  }

  @Test
  void requestedPortsAreUsed() throws Exception {
    int kafka = FreePort.find();

    assertThat(PortPlan.choose(new PlatformOptions.Ports(0, 0, kafka, 0, 0), held).kafka())
        .isEqualTo(kafka);
  }

  @Test
  void aPortInUseIsRefusedByItsNumberAndOwner() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> PortPlan.choose(new PlatformOptions.Ports(0, 0, 0, port, 0), held))
          .isInstanceOfSatisfying(
              PlatformException.class, refused -> assertThat(refused.isBadInput()).isTrue())
          .hasMessageStartingWith("port " + port + " for PostgreSQL is in use");
    }
  }

  @Test
  void aPortOutOfRangeIsRefused() {
    assertThatThrownBy(() -> PortPlan.choose(new PlatformOptions.Ports(65_536, 0, 0, 0, 0), held))
        .isInstanceOf(PlatformException.class)
        .hasMessageStartingWith("the port for the controller is 65536");
  }

  @Test
  void nobodyElseIsGivenAPortBetweenItsChoiceAndItsUse() throws Exception {
    int port = PortPlan.choose(PlatformOptions.Ports.ANY, held).kafka();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);

    try (var other = new ServerSocket()) {
      other.setReuseAddress(false);
      assertThatThrownBy(() -> other.bind(address)).isInstanceOf(BindException.class);
    }
    try (HeldPorts others = new HeldPorts()) {
      assertThat(others.hold(port)).isFalse();
    }
  }

  @Test
  void whomAPortIsForListensOnItWhileItIsHeldAndAgainLater() throws Exception {
    int port = PortPlan.choose(PlatformOptions.Ports.ANY, held).kafka();
    for (int start = 0; start < 2; start++) {
      try (ServerSocketChannel server = ServerSocketChannel.open();
          var client = new Socket()) {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        client.connect(server.getLocalAddress());
        server.accept().close();
      }
    }
  }

  @Test
  void aRequestedPortIsFreeAlthoughConnectionsOnItHaveJustEnded() throws Exception {
    int port = FreePort.find();
    try (ServerSocketChannel server = ServerSocketChannel.open();
        var client = new Socket()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      client.connect(server.getLocalAddress());
      // Who closes first keeps the port of the connection for a while.
      server.accept().close();
    }

    assertThat(PortPlan.choose(new PlatformOptions.Ports(0, 0, port, 0, 0), held).kafka())
        .isEqualTo(port);
  }
}
