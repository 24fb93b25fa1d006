package dev.connectome.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.identity.client.TokenSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** Links of the page that let one browser in. */
public final class PageLink {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private PageLink() {}

  /**
   * Asks the controller for a link, which works once, within a day.
   *
   * @param tokenFile of who asks; the browser may do what that one may
   * @throws PlatformException if the controller does not answer, or the token cannot be read
   */
  public static String create(Endpoints endpoints, Path tokenFile) throws InterruptedException {
    String controller = endpoints.controller().http();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(controller + "/session/links"))
              .header(
                  "Authorization",
                  "Bearer " + new TokenSource.OfFile(tokenFile).read().orElseThrow())
              .timeout(PATIENCE)
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      HttpResponse<String> answer =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw PlatformException.failed(
            "the controller at " + controller + " gave no link: status " + answer.statusCode());
      }
      String link = new ObjectMapper().readTree(answer.body()).path("link").asText();
      return controller + (link.isEmpty() ? "/" : "/#link=" + link);
    } catch (IOException e) {
      throw PlatformException.failed(
          "the controller at " + controller + " gave no link: " + IoMessages.of(e), e);
    }
  }
}
