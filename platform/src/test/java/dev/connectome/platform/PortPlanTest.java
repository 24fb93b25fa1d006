package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.platform.fixture.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortPlanTest {

  @Test
  void portsThatAreNotRequestedAreFreeAndDifferent() {
    PortPlan plan = PortPlan.choose(PlatformOptions.Ports.ANY);

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

    assertThat(PortPlan.choose(new PlatformOptions.Ports(0, 0, kafka, 0, 0)).kafka())
        .isEqualTo(kafka);
  }

  @Test
  void aPortInUseIsRefusedByItsNumberAndOwner() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> PortPlan.choose(new PlatformOptions.Ports(0, 0, 0, port, 0)))
          .isInstanceOfSatisfying(
              PlatformException.class, refused -> assertThat(refused.isBadInput()).isTrue())
          .hasMessageStartingWith("port " + port + " for PostgreSQL is in use");
    }
  }

  @Test
  void aPortOutOfRangeIsRefused() {
    assertThatThrownBy(() -> PortPlan.choose(new PlatformOptions.Ports(65_536, 0, 0, 0, 0)))
        .isInstanceOf(PlatformException.class)
        .hasMessageStartingWith("the port for the controller is 65536");
  }
}
