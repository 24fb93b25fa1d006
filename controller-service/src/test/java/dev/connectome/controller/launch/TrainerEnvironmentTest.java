package dev.connectome.controller.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerEnvironmentTest {

  private static final Map<String, String> CONTROLLERS =
      Map.of(
          "PATH", "/bin",
          "CUDA_VISIBLE_DEVICES", "0",
          "CONNECTOME_DEVICE", "cpu",
          "QUARKUS_DATASOURCE_PASSWORD", "secret",
          "CONNECTOME_KAFKA_PROPERTIES_FILE", "/secret",
          "AWS_SECRET_ACCESS_KEY", "secret",
          "KUBECONFIG", "/secret",
          "TEAM_PROXY", "http://proxy");

  @Test
  void aTrainerGetsWhatIsListedAndNoneOfTheControllersCredentials() {
    assertThat(TrainerEnvironment.select(CONTROLLERS, List.of()))
        .containsOnlyKeys("PATH", "CUDA_VISIBLE_DEVICES", "CONNECTOME_DEVICE");
  }

  @Test
  void theVersionOfALibraryIsPassedOnWithTheLibraryOnly() {
    Map<String, String> image = Map.of("PYTORCH_VERSION", "2.5.0a0+872d972e41.nv24.08");
    assertThat(TrainerEnvironment.select(image, List.of())).isEmpty();

    Map<String, String> own =
        Map.of("PYTORCH_VERSION", "2.7.1", "PYTORCH_LIBRARY_PATH", "/opt/libtorch/lib");
    assertThat(TrainerEnvironment.select(own, List.of())).isEqualTo(own);
  }

  @Test
  void anOperatorPassesMoreOnByNameOrPrefix() {
    assertThat(TrainerEnvironment.select(CONTROLLERS, List.of("KUBECONFIG", "TEAM_*")))
        .containsKeys("KUBECONFIG", "TEAM_PROXY")
        .doesNotContainKey("QUARKUS_DATASOURCE_PASSWORD");
  }
}
