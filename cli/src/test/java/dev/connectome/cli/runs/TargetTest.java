package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static final Map<String, String> BOTH =
      Map.of("CONNECTOME_ENDPOINT", "https://env:1/", "CONNECTOME_STATE_DIR", "of-env");

  @Test
  void whatIsTypedGoesBeforeTheEnvironment() {
    assertThat(Target.choose("typed:2", null, BOTH)).isEqualTo(new Target("typed:2", false, null));
    assertThat(Target.choose(null, Path.of("typed"), BOTH))
        .isEqualTo(new Target("", false, Path.of("typed")));
  }

  @Test
  void theEnvironmentNamesAControllerOrAStateDirectory() {
    assertThat(Target.choose(null, null, BOTH)).isEqualTo(new Target("env:1", true, null));
    assertThat(Target.choose(null, null, Map.of("CONNECTOME_STATE_DIR", "of-env")))
        .isEqualTo(new Target("", false, Path.of("of-env")));
    assertThat(Target.choose(null, null, Map.of()))
        .isEqualTo(new Target("", false, Path.of(".connectome")));
  }

  @Test
  void anAddressMayBeWrittenAsAUrl() {
    assertThat(Target.choose("http://a:1", null, Map.of()))
        .isEqualTo(new Target("a:1", false, null));
    assertThat(Target.choose("https://a:1", null, Map.of()))
        .isEqualTo(new Target("a:1", true, null));
  }
}
