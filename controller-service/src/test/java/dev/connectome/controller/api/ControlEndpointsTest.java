package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlEndpointsTest {

  private final ControlEndpoints limited =
      new ControlEndpoints(Optional.of(List.of("gpu-1.example.org", "*.pool.example.org")));

  @Test
  void aLocalTrainerIsOnThisMachine() {
    assertThat(limited.of(RunRow.LOCAL, "metadata.internal:80")).isEqualTo("127.0.0.1:80");
  }

  @Test
  void anExternalTrainerIsWhereTheOperatorAllows() {
    assertThat(limited.of(RunRow.EXTERNAL, "GPU-1.example.org:7000"))
        .isEqualTo("GPU-1.example.org:7000");
    assertThat(limited.of(RunRow.EXTERNAL, "a.pool.example.org:1")).isNotEmpty();
    assertThat(limited.of(RunRow.EXTERNAL, "pool.example.org:1")).isEmpty();
    assertThat(limited.of(RunRow.EXTERNAL, "169.254.169.254:80")).isEmpty();
    assertThat(new ControlEndpoints(Optional.empty()).of(RunRow.EXTERNAL, "[::1]:7"))
        .isEqualTo("[::1]:7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:1", "[fe80::1%eth0]:7", "trainer_0.svc:65535"})
  void aHostAndAPortAreTaken(String endpoint) {
    assertThat(RequestChecks.violations(register(endpoint))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"dns:///a:1", "unix:///tmp/x", "a", "a:", ":1", "::1:7", "http://a:1", "a:1/b"})
  void anythingElseIsRefused(String endpoint) {
    assertThat(RequestChecks.violations(register(endpoint)))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.problem()).startsWith("must be host:port, without a scheme"));
  }

  private static RegisterTrainerRequest register(String endpoint) {
    return RegisterTrainerRequest.newBuilder()
        .setRunUid(UUID.randomUUID().toString())
        .setInstanceId("me")
        .setControlEndpoint(endpoint)
        .build();
  }
}
