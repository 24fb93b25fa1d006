package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {

  @ParameterizedTest
  @ValueSource(strings = {"/home/a b/state", "it's", "$HOME", "a;b", "\"", "*", "", "é", "'", "~"})
  void aShellReadsTheWordThatWasQuoted(String word) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", "printf %s " + ShellWords.quote(word)).start();

    assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo(word);
  }

  @Test
  void aPlainWordStaysAsItIs() {
    assertThat(ShellWords.quote("./connectome")).isEqualTo("./connectome");
  }
}
