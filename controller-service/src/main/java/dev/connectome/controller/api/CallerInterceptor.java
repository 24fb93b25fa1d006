package dev.connectome.controller.api;

import dev.connectome.controller.run.Echo;
import dev.connectome.identity.Principal;
import dev.connectome.identity.server.Door;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads what a caller says about itself in the header {@code x-connectome-actor}. Beside the name
 * of the principal, who is authenticated, it is a note; where nobody is asked who calls it is the
 * name, and the default is {@code api}.
 */
@GlobalInterceptor
@ApplicationScoped
public class CallerInterceptor implements ServerInterceptor {

  /** The header, over gRPC and HTTP. */
  public static final Metadata.Key<String> HEADER =
      Metadata.Key.of("x-connectome-actor", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<String> NAME = Context.key("caller");
  private static final Pattern ALLOWED = Pattern.compile("[!-~]([ -~]{0,62}[!-~])?");

  /** Names that events reserve for components. */
  private static final Set<String> COMPONENTS =
      Set.of("controller", "trainer", "launcher", "kubernetes");

  /** The caller of the call on this thread; never the name of a component. */
  static String current() {
    Optional<String> note = Optional.ofNullable(NAME.get());
    String name =
        Door.caller()
            .filter(principal -> !principal.equals(Principal.ANYBODY))
            .map(principal -> withNote(principal.name(), note))
            .orElseGet(() -> note.orElse("api"));
    return COMPONENTS.contains(name) || name.startsWith("policy ") ? "caller " + name : name;
  }

  private static String withNote(String name, Optional<String> note) {
    return note.filter(text -> !text.equals(name)).map(text -> name + ", " + text).orElse(name);
  }

  /** Returns the name if it is valid, else throws INVALID_ARGUMENT. */
  public static String checked(String name) {
    if (!ALLOWED.matcher(name).matches()) {
      throw ApiErrors.invalid(
          HEADER.originalName(),
          "must be 1 to 64 printable ASCII characters without spaces at the ends, not %s"
              .formatted(Echo.of(name)));
    }
    return name;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String name = headers.get(HEADER);
    if (name == null) {
      return next.startCall(call, headers);
    }
    try {
      return Contexts.interceptCall(
          Context.current().withValue(NAME, checked(name)), call, headers, next);
    } catch (StatusRuntimeException e) {
      call.close(e.getStatus(), Objects.requireNonNullElseGet(e.getTrailers(), Metadata::new));
      return new ServerCall.Listener<>() {};
    }
  }
}
