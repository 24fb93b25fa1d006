package dev.connectome.controller.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletedRunFilesTest {

  @TempDir Path directory;

  private final DataSource database = TestDatabase.create();

  @Test
  void onlyWhatWasDeletedHereAndHasNoProcessIsDeleted() throws Exception {
    UUID deleted = run();
    UUID deletedLately = run();
    UUID live = run();
    UUID ofAnotherDatabase = run();
    remember(deleted, 2);
    remember(deletedLately, 0);
    remember(live, 2);
    Path other = Files.createDirectories(directory.resolve("notes"));
    Files.createSymbolicLink(directory.resolve(deleted + "/checkpoints/link"), other);
    Files.writeString(other.resolve("text"), "kept");

    delete(Set.of(live));

    assertThat(directory.resolve(deleted.toString())).doesNotExist();
    for (UUID kept : new UUID[] {deletedLately, live, ofAnotherDatabase}) {
      assertThat(directory.resolve(kept.toString())).exists();
    }
    assertThat(other.resolve("text")).exists();
  }

  @Test
  void aProcessThatAnotherControllerStartedKeepsTheFiles() throws Exception {
    UUID run = run();
    remember(run, 2);
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(
          directory.resolve(run + "/attempts/1/trainer.pid"),
          "%d\n0\n%s\n".formatted(process.pid(), ProcessIdentity.of(process.toHandle())));
      delete(Set.of());
      assertThat(directory.resolve(run.toString())).exists();
    } finally {
      process.destroyForcibly().waitFor();
    }

    delete(Set.of());

    assertThat(directory.resolve(run.toString())).doesNotExist();
  }

  @Test
  void whatAPassHasNoTimeForIsLeftToTheNext() throws Exception {
    UUID run = run();
    remember(run, 2);
    var now = new AtomicReference<>(Instant.EPOCH);
    var files =
        new DeletedRunFiles(
            new Store(database),
            new RunFiles(directory),
            () -> now.getAndUpdate(time -> time.plusSeconds(9)));

    files.delete(Set.of());
    assertThat(directory.resolve(run.toString())).exists();
    for (int pass = 0; Files.exists(directory.resolve(run.toString())); pass++) {
      assertThat(pass).isLessThan(20);
      files.delete(Set.of());
    }
  }

  @Test
  void aDirectoryThatIsNotThereHoldsNothing() {
    new DeletedRunFiles(
            new Store(database), new RunFiles(directory.resolve("none")), InstantSource.system())
        .delete(Set.of());

    assertThat(directory).isEmptyDirectory();
  }

  private void delete(Set<UUID> live) {
    new DeletedRunFiles(new Store(database), new RunFiles(directory), InstantSource.system())
        .delete(live);
  }

  private UUID run() throws IOException {
    UUID run = UUID.randomUUID();
    Files.createDirectories(directory.resolve(run + "/attempts/1"));
    Files.createDirectories(directory.resolve(run + "/checkpoints"));
    Files.writeString(directory.resolve(run + "/checkpoints/epoch-1"), "weights");
    return run;
  }

  private void remember(UUID run, int hoursAgo) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO deleted_runs VALUES (?, now() - ? * interval '1 hour')")) {
      insert.setObject(1, run);
      insert.setInt(2, hoursAgo);
      insert.executeUpdate();
    }
  }
}
