package dev.connectome.controller.http;

import dev.connectome.controller.login.PageSessions;
import dev.connectome.identity.Access;
import dev.connectome.identity.Decision;
import dev.connectome.identity.Need;
import dev.connectome.identity.Principal;
import dev.connectome.identity.Role;
import dev.connectome.identity.server.Audit;
import dev.connectome.identity.server.Authentication;
import dev.connectome.identity.server.Bearer;
import dev.connectome.identity.server.Door;
import dev.connectome.identity.server.Refusals;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;

/**
 * Lets requests in: the page's files and health for anybody, everything else for whoever shows a
 * token or has a session of the page. What a method of the API asks for is decided where it is
 * called, by the same table as over gRPC.
 */
public final class HttpDoor implements Handler<RoutingContext> {

  private static final String CALLER = HttpDoor.class.getName();

  /** In the order of routers, after the check of the host and before everything else. */
  private static final int ORDER = Integer.MIN_VALUE + 1;

  private static final Set<String> OPEN = Set.of("/", "/q/health", SessionRoutes.PATH);
  private static final Set<String> OPEN_BELOW = Set.of("/page/", "/q/health/");
  private static final String API = "/v1/";

  private static final Metadata.Key<String> PASSED_ON =
      Metadata.Key.of("principal", Metadata.ASCII_STRING_MARSHALLER);

  private final Authentication authentication;
  private final PageSessions sessions;
  private final Audit audit;

  public HttpDoor(Authentication authentication, PageSessions sessions, Audit audit) {
    this.authentication = authentication;
    this.sessions = sessions;
    this.audit = audit;
  }

  /** Stands before all requests of a router. */
  public void mount(Router router) {
    router.route().order(ORDER).handler(this);
  }

  @Override
  public void handle(RoutingContext context) {
    // As the router matches it: no other spelling of a path leads anywhere else.
    String path = context.normalizedPath();
    if (OPEN.contains(path) || OPEN_BELOW.stream().anyMatch(path::startsWith)) {
      context.next();
      return;
    }
    HttpServerRequest request = context.request();
    Optional<String> token = Bearer.token(request.getHeader("Authorization"));
    Optional<String> session = token.isEmpty() ? PageCookie.of(request) : Optional.empty();
    if (session.isEmpty()) {
      decide(context, authentication.who(token));
      return;
    }
    request.pause();
    context
        .vertx()
        .executeBlocking(() -> sessions.who(session.get()), false)
        .onComplete(
            found -> {
              request.resume();
              if (found.succeeded()) {
                decide(context, authentication.isRequired() ? found.result() : anybody());
              } else {
                HttpCall.away(context.request(), found.cause());
              }
            });
  }

  private Optional<Principal> anybody() {
    return authentication.who(Optional.empty());
  }

  private void decide(RoutingContext context, Optional<Principal> caller) {
    Need need = context.normalizedPath().startsWith(API) ? Need.KNOWN : Need.VIEW;
    Decision decision = Access.decide(caller, need);
    if (decision instanceof Decision.Allowed) {
      caller.ifPresent(principal -> context.put(CALLER, principal));
      context.next();
    } else if (decision instanceof Decision.Denied denied) {
      refuse(context, caller, 403, Refusals.denied(denied));
    } else {
      context.response().putHeader("WWW-Authenticate", "Bearer");
      refuse(context, caller, 401, Refusals.unauthenticated());
    }
  }

  private void refuse(
      RoutingContext context,
      Optional<Principal> caller,
      int status,
      StatusRuntimeException refusal) {
    HttpServerRequest request = context.request();
    audit.denied(
        caller,
        request.method() + " " + context.normalizedPath(),
        String.valueOf(request.remoteAddress()),
        refusal.getStatus().getCode().name());
    HttpCall.fail(request, status, refusal);
  }

  /** Tells a call within this process who makes it. */
  static void passOn(RoutingContext context, Metadata headers) {
    if (context.get(CALLER) instanceof Principal caller) {
      headers.put(PASSED_ON, caller.role() + " " + caller.name());
    }
  }

  /** The door of a server that only this process can call. */
  static Door within(Audit audit) {
    return new Door(
        headers ->
            Optional.ofNullable(headers.get(PASSED_ON))
                .map(text -> text.split(" ", 2))
                .map(words -> new Principal(words[1], Role.valueOf(words[0]))),
        audit);
  }
}
