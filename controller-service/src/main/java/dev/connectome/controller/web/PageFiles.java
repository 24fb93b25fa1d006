package dev.connectome.controller.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves the page at {@code /} and its files below {@code /page/}. Browsers keep them and ask each
 * time whether they have changed, so that a new controller never meets an old page.
 */
public final class PageFiles {

  private static final String FOLDER = "/page/";
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cache-Control",
          "no-cache",
          "Vary",
          "Accept-Encoding");

  /** Only of names that there are, so that requests cannot fill it. */
  private final Map<String, PageFile> loaded = new ConcurrentHashMap<>();

  /** Adds the page to a router. */
  public void mount(Router router) {
    for (String path : new String[] {"/", FOLDER + "*"}) {
      router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::answer);
    }
  }

  private void answer(RoutingContext context) {
    // As the router matches it, which takes the folder's own path for one of its files.
    String path = context.normalizedPath();
    String name =
        path.equals("/")
            ? "index.html"
            : path.startsWith(FOLDER) ? path.substring(FOLDER.length()) : "";
    file(name).ifPresentOrElse(file -> answer(context.request(), file), context::next);
  }

  private Optional<PageFile> file(String name) {
    return Optional.ofNullable(loaded.get(name))
        .or(
            () -> {
              Optional<PageFile> file = PageFile.load(name);
              file.ifPresent(found -> loaded.put(name, found));
              return file;
            });
  }

  private static void answer(HttpServerRequest request, PageFile file) {
    HttpServerResponse response = request.response();
    HEADERS.forEach(response::putHeader);
    response.putHeader("ETag", file.etag());
    if (file.etag().equals(request.getHeader("If-None-Match"))) {
      response.setStatusCode(304).end();
      return;
    }
    String encodings = request.getHeader("Accept-Encoding");
    boolean gzip = encodings != null && encodings.contains("gzip");
    byte[] content = gzip ? file.gzipped() : file.content();
    response.putHeader("Content-Type", file.contentType());
    response.putHeader("Content-Length", Integer.toString(content.length));
    if (gzip) {
      response.putHeader("Content-Encoding", "gzip");
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.end(Buffer.buffer(content));
    }
  }
}
