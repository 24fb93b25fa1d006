package dev.connectome.platform;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** How a child process is asked how it is. */
interface Health {
  Duration TIMEOUT = Duration.ofSeconds(2);

  /** Whether it can do its work. */
  boolean ready() throws InterruptedException;

  /**
   * What it says if only a restart can help; blank otherwise. One that says nothing may be busy.
   */
  String hopeless() throws InterruptedException;

  /** Quarkus's health checks, of a server on this machine. */
  static Health http(HttpClient client, int port) {
    return http(
        client,
        URI.create("http://127.0.0.1:" + port + "/q/health/ready"),
        URI.create("http://127.0.0.1:" + port + "/q/health/live"));
  }

  /**
   * Two addresses.
   *
   * @param ready answers 200 when the service is ready
   * @param live answers 503 when only a restart can help
   */
  static Health http(HttpClient client, URI ready, URI live) {
    return new Health() {
      @Override
      public boolean ready() throws InterruptedException {
        return status(ready) == 200;
      }

      @Override
      public String hopeless() throws InterruptedException {
        try {
          HttpResponse<String> answer =
              client.send(
                  request(live), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
          return answer.statusCode() == 503 ? "it says: " + answer.body().strip() : "";
        } catch (IOException noAnswer) {
          return "";
        }
      }

      /** 0 if there is no answer. */
      private int status(URI check) throws InterruptedException {
        try {
          return client.send(request(check), HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException noAnswer) {
          return 0;
        }
      }

      private HttpRequest request(URI check) {
        return HttpRequest.newBuilder(check).timeout(TIMEOUT).build();
      }
    };
  }

  /** A port that is open once the process is ready; it says no more than that. */
  static Health port(int port) {
    return new Health() {
      @Override
      public boolean ready() {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress("127.0.0.1", port), (int) TIMEOUT.toMillis());
          return true;
        } catch (IOException closed) {
          return false;
        }
      }

      @Override
      public String hopeless() {
        return "";
      }
    };
  }
}
