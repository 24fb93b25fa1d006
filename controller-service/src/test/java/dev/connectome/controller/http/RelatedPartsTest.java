package dev.connectome.controller.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelatedPartsTest {

  private static final String TYPE = "multipart/related; boundary=xyz; type=application/json";

  @Test
  void theValuesMayHaveAnyBytes() {
    byte[] values = {0, -1, '\r', '\n', '-', '-', 'x', 'y', '\r', '\n', '\r', '\n', -128};

    RelatedParts parts = RelatedParts.of(TYPE, body("{\"a\": \"ü\"}", values));

    assertThat(parts.json()).isEqualTo("{\"a\": \"ü\"}");
    assertThat(parts.bytes().toByteArray()).isEqualTo(values);
  }

  @Test
  void thereMayBeNoValues() {
    assertThat(RelatedParts.of(TYPE, body("{}", new byte[0])).bytes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--xyz",
        "--xyz\r\nContent-Type: application/json\r\n\r\n{}",
        "--xyz\r\nContent-Type: application/json\r\n\r\n{}\r\n--xyz\r\n",
        "--xyz\r\nContent-Type: application/json\r\n\r\n{}\r\n--xyz\r\n\r\nabc",
        "--xyz\r\nContent-Type: application/json\r\n\r\n{}\r\n--xyz--"
      })
  void whatIsCutOffIsRefused(String body) {
    assertThatThrownBy(() -> RelatedParts.of(TYPE, Buffer.buffer(body)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("body must be two parts");
  }

  private static Buffer body(String json, byte[] values) {
    return Buffer.buffer()
        .appendString("--xyz\r\nContent-Type: application/json\r\n\r\n")
        .appendBytes(json.getBytes(UTF_8))
        .appendString("\r\n--xyz\r\nContent-Type: application/octet-stream\r\n\r\n")
        .appendBytes(values)
        .appendString("\r\n--xyz--\r\n");
  }
}
