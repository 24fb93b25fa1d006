package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {

  @TempDir Path root;

  @Test
  void aDirectoryOfThisVersionIsUsedAgain() {
    new StateDirectory(root).prepare();

    assertThatCode(() -> new StateDirectory(root).prepare()).doesNotThrowAnyException();
    assertThat(root.resolve("version")).hasContent(StateDirectory.VERSION);
    assertThat(root.resolve("logs")).isDirectory();
  }

  @Test
  void otherUsersCannotEnterIt() throws Exception {
    Path created = root.resolve("new");
    new StateDirectory(created).prepare();
    Files.setPosixFilePermissions(created, PosixFilePermissions.fromString("rwxr-xr-x"));

    new StateDirectory(created).prepare();

    for (Path directory : List.of(created, created.resolve("logs"), created.resolve("runs"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void aDirectoryWithForeignContentKeepsItsPermissions() throws Exception {
    Files.writeString(root.resolve("thesis.txt"), "chapter 1");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));

    StateDirectory state = new StateDirectory(root);
    StateLock.acquire(state, line -> {}).close();

    assertThatThrownBy(state::prepare).isInstanceOf(PlatformException.class);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwxr-xr-x");
  }

  @Test
  void aDirectoryOfAnotherVersionIsRefusedAndLeftAlone() throws Exception {
    Files.writeString(root.resolve("version"), "99\n");

    assertThatThrownBy(() -> new StateDirectory(root).prepare())
        .isInstanceOfSatisfying(
            PlatformException.class, refused -> assertThat(refused.isBadInput()).isTrue())
        .hasMessageContaining(root + " has version 99");
    assertThat(root).isDirectoryNotContaining("glob:**logs");
  }

  @Test
  void aDirectoryWithForeignContentIsRefusedAndLeftAlone() throws Exception {
    Files.writeString(root.resolve("thesis.txt"), "chapter 1");

    assertThatThrownBy(() -> new StateDirectory(root).prepare())
        .isInstanceOfSatisfying(
            PlatformException.class, refused -> assertThat(refused.isBadInput()).isTrue())
        .hasMessageContaining(root + " is not empty and not a state directory");
    assertThat(root).isDirectoryNotContaining("glob:**version");
  }

  @Test
  void trainersAreFoundByTheFilesOfTheController() throws Exception {
    StateDirectory state = new StateDirectory(root);
    state.prepare();
    Path attempt = Files.createDirectories(state.runs().resolve("run/attempts/1"));
    Path pid = Files.createFile(attempt.resolve("trainer.pid"));
    Files.createFile(attempt.resolve("trainer.log"));

    assertThat(state.trainerPids()).containsExactly(pid);
  }
}
