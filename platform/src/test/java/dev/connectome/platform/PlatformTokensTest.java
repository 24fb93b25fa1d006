package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.identity.Grants;
import dev.connectome.identity.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokens of a platform are made once, and nobody else reads them. */
class PlatformTokensTest {

  @TempDir Path root;
  private StateDirectory state;

  @BeforeEach
  void prepare() throws Exception {
    state = new StateDirectory(root.resolve("state"));
    state.prepare();
    PlatformTokens.prepare(state);
  }

  @Test
  void theOwnerMayDoEverythingAndTrainersTrain() throws Exception {
    Grants grants = Grants.parse(Files.readAllLines(state.grants()));

    assertThat(grants.of(text(PlatformTokens.owners(state.root()))).orElseThrow().principal())
        .satisfies(owner -> assertThat(owner.role()).isEqualTo(Role.ADMIN));
    assertThat(grants.of(text(state.trainersToken())).orElseThrow().principal().role())
        .isEqualTo(Role.TRAINER);
    assertThat(grants.size()).isEqualTo(2);
    assertThat(Files.readString(state.grants()))
        .doesNotContain(text(state.token()), text(state.trainersToken()));
  }

  @Test
  void theNextStartHasTheSameTokens() throws Exception {
    String owners = text(state.token());
    String trainers = text(state.trainersToken());

    PlatformTokens.prepare(state);

    assertThat(text(state.token())).isEqualTo(owners);
    assertThat(text(state.trainersToken())).isEqualTo(trainers);
  }

  @Test
  void aTokenThatIsDeletedIsReplacedAndWorthNothingAnyMore() throws Exception {
    String before = text(state.token());
    Files.delete(state.token());

    PlatformTokens.prepare(state);

    Grants grants = Grants.parse(Files.readAllLines(state.grants()));
    assertThat(grants.of(before)).isEmpty();
    assertThat(grants.of(text(state.token()))).isPresent();
  }

  @Test
  void otherUsersReadNone() throws Exception {
    Files.setPosixFilePermissions(state.token(), PosixFilePermissions.fromString("rw-r--r--"));

    PlatformTokens.prepare(state);

    for (Path file : List.of(state.token(), state.trainersToken(), state.grants())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .as(file.toString())
          .isEqualTo("rw-------");
    }
  }

  private static String text(Path file) throws Exception {
    return Files.readString(file).strip();
  }
}
