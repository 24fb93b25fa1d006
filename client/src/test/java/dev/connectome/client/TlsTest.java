package dev.connectome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String PASSWORD = "changeit";

  @TempDir Path directory;

  @Test
  void onlyACertificateThatIsTrustedIsAccepted() throws Exception {
    ServerCredentials own = certificate("own");
    var unused = certificate("other");
    try (FakeController controller = new FakeController(own);
        ConnectomeClient trusting = trusting(controller, "own").build();
        ConnectomeClient other = trusting(controller, "other").build()) {
      assertThat(trusting.get("a").getName()).isEqualTo("runs/a");
      assertThatThrownBy(() -> other.get("a")).hasMessageContaining("cannot be reached");
    }
  }

  @Test
  void aFileThatHoldsNoCertificatesIsNamed() {
    Path missing = directory.resolve("missing.pem");

    assertThatThrownBy(
            () -> ConnectomeClient.builder("localhost:1").trustCertificates(missing).build())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(missing.toString());
  }

  @Test
  void theTokenIsReadAtEachCall() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "first\n");
    try (FakeController controller = new FakeController(certificate("own"));
        ConnectomeClient client = trusting(controller, "own").tokenFile(token).build()) {
      client.enforcement();
      Files.writeString(token, "second");
      client.enforcement();

      assertThat(controller.headers)
          .extracting(headers -> headers.get(AUTHORIZATION))
          .containsExactly("Bearer first", "Bearer second");

      Files.writeString(token, " ");
      assertUnauthenticated(client, "is empty");
      Files.delete(token);
      assertUnauthenticated(client, "cannot be read");
      assertThat(controller.headers).hasSize(2);
    }
  }

  private static void assertUnauthenticated(ConnectomeClient client, String problem) {
    assertThatThrownBy(client::enforcement)
        .isInstanceOfSatisfying(
            ControllerException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.UNAUTHENTICATED))
        .hasMessageContaining(problem);
  }

  @Test
  void aTokenIsSentInPlaintextToThisMachineOnly() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "secret");
    try (FakeController controller = new FakeController();
        ConnectomeClient client =
            ConnectomeClient.builder(controller.endpoint()).tokenFile(token).build()) {
      client.enforcement();
      assertThat(controller.headers.get(0).get(AUTHORIZATION)).isEqualTo("Bearer secret");
    }

    assertThatThrownBy(
            () ->
                ConnectomeClient.builder("controller.example:9400")
                    .plaintext()
                    .tokenFile(token)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("controller.example:9400");
    ConnectomeClient.builder("controller.example:9400").tokenFile(token).build().close();
  }

  private ConnectomeClientBuilder trusting(FakeController controller, String name) {
    return ConnectomeClient.builder(controller.endpoint())
        .trustCertificates(directory.resolve(name + ".pem"));
  }

  /** Makes a key and writes its certificate to NAME.pem. */
  private ServerCredentials certificate(String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    keytool("-genkeypair -keyalg EC -dname CN=localhost -ext san=dns:localhost", store);
    keytool("-exportcert -rfc -file " + directory.resolve(name + ".pem"), store);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(store)) {
      keys.load(file, PASSWORD.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD.toCharArray());
    return TlsServerCredentials.newBuilder().keyManager(factory.getKeyManagers()).build();
  }

  private static void keytool(String command, Path store) throws Exception {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    words.addAll(List.of(command.split(" ")));
    words.addAll(List.of("-alias", "controller", "-storetype", "PKCS12", "-storepass", PASSWORD));
    words.addAll(List.of("-keystore", store.toString()));
    Process keytool = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
  }
}
