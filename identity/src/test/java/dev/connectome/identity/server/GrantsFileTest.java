package dev.connectome.identity.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.identity.Grant;
import dev.connectome.identity.Principal;
import dev.connectome.identity.Role;
import dev.connectome.identity.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of grants holds as it is now, and what cannot hold is refused at the start. */
class GrantsFileTest {

  private static final String ADA = Token.create();
  private static final String BOB = Token.create();

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() throws Exception {
    file = folder.resolve("tokens");
    write(grant(ADA, "ada"));
  }

  @Test
  void aTokenThatIsTakenOutIsWorthNothingAtOnce() throws Exception {
    Authentication authentication = Authentication.of(true, Optional.of(file), List.of());
    assertThat(authentication.who(Optional.of(ADA))).isPresent();

    write(grant(BOB, "bob"));

    assertThat(authentication.who(Optional.of(ADA))).isEmpty();
    assertThat(authentication.who(Optional.of(BOB))).map(Principal::name).contains("bob");
  }

  @Test
  void whileAChangedFileCannotBeReadThoseBeforeHold() throws Exception {
    Authentication authentication = Authentication.by(new GrantsFile(file));

    write("half a li");
    assertThat(authentication.who(Optional.of(ADA))).isPresent();
    Files.delete(file);
    assertThat(authentication.who(Optional.of(ADA))).isPresent();
    write(grant(BOB, "bob"));
    assertThat(authentication.who(Optional.of(ADA))).isEmpty();
  }

  @Test
  void withoutATokenNobodyIsKnown() {
    Authentication authentication = Authentication.by(new GrantsFile(file));

    assertThat(authentication.who(Optional.empty())).isEmpty();
    assertThat(authentication.who(Optional.of(BOB))).isEmpty();
  }

  @Test
  void aServiceThatNobodyCouldCallDoesNotStart() throws Exception {
    assertThatThrownBy(() -> Authentication.of(true, Optional.empty(), List.of("127.0.0.1")))
        .hasMessageContaining("connectome.auth.tokens-file is not set")
        .hasMessageContaining("connectome.auth.enabled=false");
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> Authentication.of(true, Optional.of(missing), List.of()))
        .hasMessage("connectome.auth.tokens-file is " + missing + ", which does not exist");
    write("# nothing yet");
    assertThatThrownBy(() -> Authentication.of(true, Optional.of(file), List.of()))
        .hasMessageContaining("has no line NAME ROLE sha256:HASH");
    write("ada admin " + ADA);
    assertThatThrownBy(() -> Authentication.of(true, Optional.of(file), List.of()))
        .hasMessageContaining("line 1 is not of the form")
        .hasMessageNotContaining(ADA);
  }

  @Test
  void aServiceThatAnybodyElsewhereCouldCallDoesNotStart() {
    assertThat(Authentication.of(false, Optional.empty(), List.of("127.0.0.1", "::1")).isRequired())
        .isFalse();
    assertThatThrownBy(
            () -> Authentication.of(false, Optional.of(file), List.of("127.0.0.1", "0.0.0.0")))
        .hasMessageContaining("connectome.auth.enabled is false")
        .hasMessageContaining("0.0.0.0");
  }

  private void write(String line) throws Exception {
    Path part = folder.resolve("part");
    Files.writeString(part, line + "\n");
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String grant(String token, String name) {
    return Grant.of(token, new Principal(name, Role.OPERATOR)).line();
  }
}
