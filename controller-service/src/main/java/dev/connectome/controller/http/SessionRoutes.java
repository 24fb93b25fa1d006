package dev.connectome.controller.http;

import com.google.rpc.Code;
import dev.connectome.controller.api.ApiErrors;
import dev.connectome.controller.login.PageSessions;
import dev.connectome.identity.server.Audit;
import dev.connectome.identity.server.Bearer;
import dev.connectome.identity.server.Refusals;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * How a browser signs in and out: {@code POST /session} with {@code {"token": …}} or {@code
 * {"link": …}} sets the cookie, {@code DELETE /session} takes it away. {@code POST /session/links}
 * with a bearer token makes a link that works once.
 */
public final class SessionRoutes {

  static final String PATH = "/session";

  private static final String LINKS = PATH + "/links";
  private static final long LARGEST_BODY_BYTES = 4096;

  private final PageSessions sessions;
  private final Audit audit;

  public SessionRoutes(PageSessions sessions, Audit audit) {
    this.sessions = sessions;
    this.audit = audit;
  }

  /** Adds the paths to a router. */
  public void mount(Router router) {
    router
        .route(PATH)
        .method(HttpMethod.POST)
        .handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY_BYTES))
        .handler(this::signIn);
    router.route(PATH).method(HttpMethod.DELETE).handler(SessionRoutes::signOut);
    router.route(LINKS).method(HttpMethod.POST).handler(this::link);
  }

  private void signIn(RoutingContext context) {
    HttpServerRequest request = context.request();
    String type = request.getHeader("Content-Type");
    JsonObject body = type != null && type.startsWith("application/json") ? body(context) : null;
    if (body == null) {
      HttpCall.fail(
          request,
          400,
          ApiErrors.of(
              Code.INVALID_ARGUMENT,
              "NOT_JSON",
              "the body must be JSON, {\"token\": \"...\"} or {\"link\": \"...\"}, with its content type"));
      return;
    }
    String token = text(body, "token");
    String link = text(body, "link");
    answer(
        context,
        () -> token.isEmpty() ? sessions.byLink(link) : sessions.byToken(token),
        session -> {
          PageCookie.set(request, session);
          request.response().putHeader("Cache-Control", "no-store").setStatusCode(204).end();
        });
  }

  private static JsonObject body(RoutingContext context) {
    try {
      JsonObject body = context.body().asJsonObject();
      return body == null ? new JsonObject() : body;
    } catch (DecodeException | ClassCastException e) {
      return new JsonObject();
    }
  }

  private static String text(JsonObject body, String field) {
    return body.getValue(field) instanceof String text ? text.strip() : "";
  }

  private static void signOut(RoutingContext context) {
    PageCookie.clear(context.request());
    context.response().setStatusCode(204).end();
  }

  private void link(RoutingContext context) {
    String token = Bearer.token(context.request().getHeader("Authorization")).orElse("");
    answer(
        context,
        () -> sessions.link(token),
        link -> {
          context.response().putHeader("Cache-Control", "no-store");
          HttpCall.end(context.request(), new JsonObject().put("link", link).encode() + "\n");
        });
  }

  private void answer(
      RoutingContext context, Callable<Optional<String>> make, Consumer<String> give) {
    HttpServerRequest request = context.request();
    context
        .vertx()
        .executeBlocking(make, false)
        .onComplete(
            made -> {
              if (made.failed()) {
                HttpCall.away(request, made.cause());
              } else if (made.result().isPresent()) {
                audit.signedIn(request.path(), String.valueOf(request.remoteAddress()));
                give.accept(made.result().get());
              } else {
                audit.denied(
                    Optional.empty(),
                    "POST " + request.path(),
                    String.valueOf(request.remoteAddress()),
                    "UNAUTHENTICATED");
                HttpCall.fail(request, 401, Refusals.unauthenticated());
              }
            });
  }
}
