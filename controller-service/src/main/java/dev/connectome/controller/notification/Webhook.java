package dev.connectome.controller.notification;

import dev.connectome.controller.run.Notice;
import dev.connectome.controller.store.DeliveryRow;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * An address that each notification is posted to. It takes one by any answer of 200 to 299; what it
 * says beside the status is not read, and no redirection is followed.
 */
final class Webhook implements Endpoint {

  static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);

  private static final int TIMED_OUT = 408;
  private static final int TOO_MANY = 429;

  private final String name;
  private final URI url;
  private final Signer signer;
  private final Set<Notice> notices;
  private final InstantSource clock;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(5))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  Webhook(String name, URI url, Signer signer, Set<Notice> notices, InstantSource clock) {
    this.name = name;
    this.url = url;
    this.signer = signer;
    this.notices = Set.copyOf(notices);
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean wants(Notice notice) {
    return notices.contains(notice);
  }

  @Override
  public Answer send(DeliveryRow delivery) throws InterruptedException {
    try {
      long timestamp = clock.instant().getEpochSecond();
      HttpRequest request =
          HttpRequest.newBuilder(url)
              .timeout(LONGEST_ANSWER)
              .header("Content-Type", CloudEvents.CONTENT_TYPE)
              .header("webhook-id", delivery.eventId())
              .header("webhook-timestamp", Long.toString(timestamp))
              .header(
                  "webhook-signature", signer.sign(delivery.eventId(), timestamp, delivery.event()))
              .POST(HttpRequest.BodyPublishers.ofString(delivery.event()))
              .build();
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      // The time limit is one on the headers: what an endpoint says besides is not read.
      answer.body().close();
      int status = answer.statusCode();
      if (status >= 200 && status < 300) {
        return Answer.TAKEN;
      }
      boolean thisOne = status >= 400 && status < 500 && status != TIMED_OUT && status != TOO_MANY;
      return new Answer(thisOne ? Result.REFUSED : Result.AWAY, "it answered " + status);
    } catch (IOException e) {
      return Answer.away(e.toString());
    }
  }

  @Override
  public void close() {
    // An HttpClient of this Java version ends with its last reference.
  }
}
