package dev.connectome.controller.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsCheckTest {

  @Test
  void theDefaultsAreRight() {
    assertThat(SettingsCheck.checked(settings(Map.of())).stopGrace())
        .isEqualTo(Duration.ofSeconds(60));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stop-grace                                | -PT1S | must be 0.1s to 24h, not -1s
          max-failures                              | 0     | must be 1 to 1000000, not 0
          heartbeat-interval                        | 0s    | must be 0.1s to 24h, not 0s
          start-timeout                             | 0s    | must be 1s to 87600h, not 0s
          external-lost-timeout                     | 0s    | must be 1s to 87600h, not 0s
          retention                                 | 0s    | must be 1s to 87600h, not 0s
          launch.local.max-concurrent-runs          | -1    | must be 0 to 1000000, not -1
          launch.kubernetes.keep-finished           | -PT1S | must be 0s to 87600h, not -1s
          launch.kubernetes.requests-per-second     | NaN   | must be above 0 and at most 1000000, not NaN
          """)
  void aSettingThatCannotWorkIsNamedWithItsValueAndWhatIsAllowed(
      String name, String value, String problem) {
    ControllerSettings settings = settings(Map.of("connectome." + name, value));

    assertThatThrownBy(() -> SettingsCheck.checked(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("connectome.%s %s".formatted(name, problem));
  }

  @Test
  void aLauncherThatDoesNotExistIsRefusedAtTheStart() {
    assertThatThrownBy(() -> settings(Map.of("connectome.launch.standard", "k8s")))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("connectome.launch.standard")
        .hasMessageContaining("k8s");
  }

  private static ControllerSettings settings(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withMapping(ControllerSettings.class)
        .withConverter(Duration.class, 200, new DurationConverter())
        .addDefaultInterceptors()
        .withDefaultValue("quarkus.grpc.server.port", "1")
        .withDefaultValues(values)
        .build()
        .getConfigMapping(ControllerSettings.class);
  }
}
