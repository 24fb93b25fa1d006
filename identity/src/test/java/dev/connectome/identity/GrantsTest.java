package dev.connectome.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTest {

  private static final String ADA = Token.create();
  private static final String CI = Token.create();

  @Test
  void aTokenIsWorthWhatItsLineSays() {
    Grants grants =
        Grants.parse(
            List.of(
                "# people",
                Grant.of(ADA, new Principal("ada", Role.ADMIN)).line(),
                "",
                "  nightly@ci   operator   " + Token.hash(CI) + "  "));

    assertThat(grants.of(ADA)).map(Grant::principal).contains(new Principal("ada", Role.ADMIN));
    assertThat(grants.of(CI))
        .map(Grant::principal)
        .contains(new Principal("nightly@ci", Role.OPERATOR));
    assertThat(grants.size()).isEqualTo(2);
  }

  @Test
  void anythingElseIsWorthNothing() {
    Grants grants = Grants.parse(List.of(Grant.of(ADA, new Principal("ada", Role.ADMIN)).line()));

    assertThat(grants.of(CI)).isEmpty();
    assertThat(grants.of("")).isEmpty();
    assertThat(grants.of(ADA + " ")).isEmpty();
    assertThat(grants.of(Token.hash(ADA))).as("the hash is no token").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada admin",
        "ada admin secret",
        "ada root sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ada ADMIN sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ada admin sha256:E3B0",
        "ä admin sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ada admin sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 more"
      })
  void aLineThatIsNoGrantIsRefusedByItsNumberAndNotRepeated(String line) {
    assertThatThrownBy(() -> Grants.parse(List.of("", line)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line 2 ")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("root");
  }

  @Test
  void oneTokenIsOnePersons() {
    assertThatThrownBy(
            () ->
                Grants.parse(
                    List.of(
                        Grant.of(ADA, new Principal("ada", Role.ADMIN)).line(),
                        Grant.of(ADA, new Principal("bob", Role.VIEWER)).line())))
        .hasMessage("line 2 has the hash of an earlier line");
  }

  @Test
  void tokensAreLongAndNeverTheSame() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      assertThat(made.add(Token.create())).isTrue();
    }
    assertThat(made).allMatch(token -> token.matches("connectome_[A-Za-z0-9_-]{43}"));
  }
}
