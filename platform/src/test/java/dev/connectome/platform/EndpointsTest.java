package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.identity.client.ProcessStamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose addresses are believed: whoever has written them is sent a token. */
class EndpointsTest {

  @TempDir private Path folder;

  private void written(String http, String process) throws Exception {
    new Endpoints(
            new Endpoints.Service("127.0.0.1:9400", http),
            new Endpoints.Service("127.0.0.1:9401", "http://127.0.0.1:9481"),
            new Endpoints.Kafka("127.0.0.1:9092"),
            new Endpoints.Postgres("jdbc:postgresql://127.0.0.1:5432/connectome"),
            process)
        .write(folder.resolve(Endpoints.FILE_NAME));
  }

  private static String self() throws Exception {
    return ProcessStamp.ofThisProcess().toString();
  }

  @Test
  void thoseOfALivingPlatformAre() throws Exception {
    written("http://127.0.0.1:9480", self());

    assertThat(Endpoints.read(folder).controller().http()).isEqualTo("http://127.0.0.1:9480");
  }

  @Test
  void thoseOfAPlatformThatIsGoneAreNot() throws Exception {
    written("http://127.0.0.1:9480", self().replaceFirst(" ", " 1"));

    assertThat(Endpoints.findRunning(folder)).isEmpty();
    assertThatThrownBy(() -> Endpoints.read(folder))
        .hasMessageContaining("no platform is running on " + folder);
  }

  @Test
  void thoseThatLeadElsewhereAreNot() throws Exception {
    written("http://collector.example:80", self());

    assertThatThrownBy(() -> Endpoints.read(folder))
        .hasMessageContaining("http://collector.example:80");
  }

  @Test
  void thoseOfADirectoryThatOthersMayReadOrWhoseTokenIsALinkAreNot() throws Exception {
    written("http://127.0.0.1:9480", self());
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> Endpoints.read(folder)).hasMessageContaining("its token is not used");

    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(folder.resolve("token"), Path.of("/etc/hostname"));
    assertThatThrownBy(() -> Endpoints.read(folder)).hasMessageContaining("its token is not used");
  }
}
