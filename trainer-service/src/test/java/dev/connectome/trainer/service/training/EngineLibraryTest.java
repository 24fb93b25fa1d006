package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineLibraryTest {

  private static void load(Map<String, String> environment) throws Exception {
    EngineLibrary.load(
        () -> {
          throw new EngineException("not loaded", new IOException("No space left on device"));
        },
        environment);
  }

  @Test
  void aLibraryThatCannotBeUnpackedNowMayBeLater() {
    assertThatThrownBy(() -> load(Map.of("PATH", "/bin")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not be loaded (java.io.IOException: No space left on device)")
        .hasMessageContaining("1 GiB of room");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PYTORCH_VERSION", "PYTORCH_LIBRARY_PATH"})
  void oneThatTheEnvironmentNamesIsNotTriedAgain(String variable) {
    assertThatThrownBy(() -> load(Map.of(variable, "2.1.0a0")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(variable + " is \"2.1.0a0\"");
  }
}
