package dev.connectome.controller.notification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** A server that notifications are posted to. */
final class Receiver implements AutoCloseable {

  /** A post, and how it was answered. */
  record Post(int status, Map<String, List<String>> headers, String body) {
    JsonNode event() {
      try {
        return new ObjectMapper().readTree(body);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }

    String header(String name) {
      return headers.get(name).get(0);
    }
  }

  final List<Post> posts = new CopyOnWriteArrayList<>();

  /** The statuses of the next answers; then all is taken but what is refused. */
  final Queue<Integer> failures = new ConcurrentLinkedQueue<>();

  volatile Predicate<String> refused = body -> false;
  private final HttpServer server;

  Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Integer failure = failures.poll();
    int status = failure != null ? failure : refused.test(body) ? 422 : 204;
    posts.add(new Post(status, exchange.getRequestHeaders(), body));
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  /** What it has taken of a subject, in order, each by the last part but one of its type. */
  List<String> taken(String subject) {
    return posts.stream()
        .filter(post -> post.status() == 204)
        .map(Post::event)
        .filter(event -> event.get("subject").asText().equals(subject))
        .map(event -> event.get("type").asText().replaceAll(".*\\.([a-z-]+)\\.v1", "$1"))
        .toList();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
