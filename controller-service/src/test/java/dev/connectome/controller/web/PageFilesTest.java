package dev.connectome.controller.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the files of the page are served, over real HTTP. */
class PageFilesTest {

  private static final int MOST_BYTES = 120 * 1024;
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final Vertx VERTX = Vertx.vertx();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static HttpServer server;

  @BeforeAll
  static void start() {
    Router router = Router.router(VERTX);
    new PageFiles().mount(router);
    server =
        VERTX
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterAll
  static void stop() {
    VERTX.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void everyFileIsServedAsWhatItIsAndMayLoadNothingFromElsewhere() throws Exception {
    for (String path : paths()) {
      HttpResponse<byte[]> response = get(path);

      assertThat(response.statusCode()).as(path).isEqualTo(200);
      String kind = path.equals("/") ? "html" : path.substring(path.lastIndexOf('.') + 1);
      assertThat(header(response, "Content-Type")).as(path).isEqualTo(TYPES.get(kind));
      assertThat(header(response, "Content-Security-Policy"))
          .as(path)
          .contains("default-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(header(response, "X-Content-Type-Options")).as(path).isEqualTo("nosniff");
    }
  }

  @Test
  void thePageWeighsLittle() throws Exception {
    int bytes = 0;
    for (String path : paths()) {
      HttpResponse<byte[]> response = get(path, "Accept-Encoding", "gzip");
      assertThat(header(response, "Content-Encoding")).isEqualTo("gzip");
      assertThat(unpacked(response.body())).isEqualTo(get(path).body());
      bytes += response.body().length;
    }

    assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
  }

  @Test
  void noScriptOrStyleIsInTheMarkup() throws Exception {
    String markup = new String(get("/").body(), StandardCharsets.UTF_8);

    assertThat(markup).doesNotContainPattern("<script(?![^>]*src=)").doesNotContain("<style");
    assertThat(markup).doesNotContainPattern("\\s(on[a-z]+|style)=");
  }

  @Test
  void whatABrowserHasIsNotSentAgain() throws Exception {
    HttpResponse<byte[]> first = get("/page/main.js");
    String etag = header(first, "ETag");

    HttpResponse<byte[]> again = get("/page/main.js", "If-None-Match", etag);
    HttpResponse<byte[]> other = get("/page/main.js", "If-None-Match", "\"older\"");

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "ETag")).isEqualTo(etag);
    assertThat(other.body()).isEqualTo(first.body());
    assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
  }

  @Test
  void aHeadIsAnsweredWithoutTheFile() throws Exception {
    HttpResponse<byte[]> response =
        CLIENT.send(
            HttpRequest.newBuilder(uri("/"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofByteArray());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page",
        "/page/",
        "/page/nothing.js",
        "/page/main.js/",
        "/page/..%2Fapplication.properties",
        "/page/application.properties",
        "/page/%2e%2e/main.js",
        "/index.html",
        "/page/Main.js"
      })
  void nothingElseIsServed(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  /** Everything that the page consists of. */
  private static List<String> paths() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/web"))) {
      return Stream.concat(
              Stream.of("/", "/page/uplot.js", "/page/uplot.css"),
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> !name.equals("index.html"))
                  .map(name -> "/page/" + name))
          .toList();
    }
  }

  private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + path);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static byte[] unpacked(byte[] content) throws IOException {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(content))) {
      return gzip.readAllBytes();
    }
  }
}
