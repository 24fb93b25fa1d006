package dev.connectome.controller.http;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import dev.connectome.controller.api.ApiErrors;
import dev.connectome.controller.api.CallerInterceptor;
import dev.connectome.identity.server.Audit;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves gRPC services over HTTP and JSON below {@code /v1}, and the OpenAPI document that
 * describes them, as the annotations of the contracts say.
 *
 * <p>A POST must have the content type JSON, even without a body: a page of another origin can send
 * that only with a CORS permission, which is never given.
 */
public final class HttpGateway implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpGateway.class);
  private static final int THREADS = 16;
  private static final long LARGEST_BODY_BYTES = 1 << 20;
  private static final long DEADLINE_SECONDS = 30;
  private static final String CONTENT_TYPE = "Content-Type";
  private static final String JSON = "application/json";
  private static final String RESUME = "after_position";

  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
  private final Server server;
  private final ManagedChannel channel;
  private final List<HttpBinding> bindings;
  private final String document;

  /**
   * @throws IllegalArgumentException if a method does not say how it is called over HTTP
   */
  public HttpGateway(List<BindableService> services, String version, Audit audit) {
    String name = InProcessServerBuilder.generateName();
    List<ServerServiceDefinition> definitions =
        services.stream().map(BindableService::bindService).toList();
    bindings = HttpBinding.of(definitions.stream().map(HttpGateway::contract).toList());
    document = new OpenApiDocument(bindings, ContractComments.load(), version).toJson();
    try {
      server =
          InProcessServerBuilder.forName(name)
              .executor(executor)
              .intercept(new CallerInterceptor())
              // The last one is the first to be asked.
              .intercept(HttpDoor.within(audit))
              .addServices(definitions)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  private static ServiceDescriptor contract(ServerServiceDefinition definition) {
    return ((ProtoServiceDescriptorSupplier)
            Objects.requireNonNull(definition.getServiceDescriptor().getSchemaDescriptor()))
        .getServiceDescriptor();
  }

  public void mount(Router router) {
    router
        .route("/openapi.json")
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(
            context -> {
              head(context.response());
              HttpCall.end(context.request(), document);
            });
    router.route("/v1/*").handler(HttpGateway::refuseForm);
    router
        .route("/v1/*")
        .handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY_BYTES))
        .handler(this::answer)
        .failureHandler(HttpGateway::rejectRequest);
  }

  private void answer(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpServerResponse response = head(context.response());
    List<HttpBinding> onPath =
        bindings.stream()
            .filter(binding -> binding.path().match(request.path()).isPresent())
            .toList();
    Optional<HttpBinding> binding =
        onPath.stream().filter(one -> answers(one, request.method())).findFirst();
    if (binding.isEmpty()) {
      rejectMethod(request, response, onPath);
    } else if (binding.get().verb().equals("POST")
        && !isJson(request)
        && !isRelated(binding.get(), request)) {
      HttpCall.fail(request, 415, notJson());
    } else {
      call(binding.get(), context);
    }
  }

  /** A HEAD is answered as a GET is, and the server leaves out the body. */
  private static boolean answers(HttpBinding binding, HttpMethod method) {
    return method.equals(HttpMethod.HEAD)
        ? binding.verb().equals("GET") && !binding.method().isServerStreaming()
        : binding.verb().equals(method.name());
  }

  /** Before the body is read: Vert.x would take it apart as that of a form. */
  private static void refuseForm(RoutingContext context) {
    String type = context.request().getHeader(CONTENT_TYPE);
    String lower = type == null ? "" : type.strip().toLowerCase(Locale.ROOT);
    if (lower.startsWith("multipart/form-data")
        || lower.startsWith("application/x-www-form-urlencoded")) {
      head(context.response());
      HttpCall.fail(context.request(), 415, notJson());
    } else {
      context.next();
    }
  }

  private static StatusRuntimeException notJson() {
    return ApiErrors.of(
        Code.INVALID_ARGUMENT,
        "NOT_JSON",
        "the header Content-Type must be application/json, even without a body");
  }

  private void call(HttpBinding binding, RoutingContext context) {
    HttpServerRequest request = context.request();
    var headers = new Metadata();
    HttpDoor.passOn(context, headers);
    DynamicMessage message;
    try {
      String caller = request.getHeader(CallerInterceptor.HEADER.originalName());
      if (caller != null) {
        headers.put(CallerInterceptor.HEADER, CallerInterceptor.checked(caller));
      }
      message = message(binding, context);
    } catch (StatusRuntimeException e) {
      HttpCall.fail(request, HttpResponses.httpStatus(e.getStatus().getCode()), e);
      return;
    }
    Context eventLoop = context.vertx().getOrCreateContext();
    CallOptions options =
        CallOptions.DEFAULT.withExecutor(task -> eventLoop.runOnContext(nothing -> task.run()));
    boolean streaming = binding.method().isServerStreaming();
    HttpCall.start(
        context.vertx(),
        channel.newCall(
            grpcMethod(binding.method()),
            streaming ? options : options.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)),
        headers,
        message,
        request,
        streaming ? StreamFormat.of(binding, request.getHeader("Accept")) : null);
  }

  private static DynamicMessage message(HttpBinding binding, RoutingContext context) {
    HttpServerRequest request = context.request();
    var reader = new RequestReader(binding);
    Map<String, String> path = binding.path().match(request.path()).orElseThrow();
    MultiMap query = query(binding, context);
    if (!isRelated(binding, request)) {
      return reader.read(path, query, Objects.requireNonNullElse(context.body().asString(), ""));
    }
    RelatedParts parts =
        RelatedParts.of(
            request.getHeader(CONTENT_TYPE),
            Objects.requireNonNullElseGet(context.body().buffer(), Buffer::buffer));
    return reader.withRawPart(reader.read(path, query, parts.json()), parts.bytes());
  }

  private static boolean isRelated(HttpBinding binding, HttpServerRequest request) {
    String type = request.getHeader(CONTENT_TYPE);
    return type != null && RelatedParts.isType(type) && binding.rawPart().isPresent();
  }

  /** The query parameters. A browser that resumes a stream sends its position in a header. */
  private static MultiMap query(HttpBinding binding, RoutingContext context) {
    MultiMap query = MultiMap.caseInsensitiveMultiMap().addAll(context.queryParams());
    String last = context.request().getHeader("Last-Event-ID");
    if (last != null && binding.method().getInputType().findFieldByName(RESUME) != null) {
      query.remove("afterPosition").set(RESUME, last);
    }
    return query;
  }

  private static MethodDescriptor<DynamicMessage, Message> grpcMethod(
      com.google.protobuf.Descriptors.MethodDescriptor method) {
    return MethodDescriptor.<DynamicMessage, Message>newBuilder()
        .setType(method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY)
        .setFullMethodName(
            MethodDescriptor.generateFullMethodName(
                method.getService().getFullName(), method.getName()))
        .setRequestMarshaller(
            ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
        .setResponseMarshaller(
            ProtoUtils.marshaller(
                (Message) DynamicMessage.getDefaultInstance(method.getOutputType())))
        .build();
  }

  private static boolean isJson(HttpServerRequest request) {
    String type = request.getHeader(CONTENT_TYPE);
    return type != null && type.split(";", 2)[0].strip().equalsIgnoreCase(JSON);
  }

  private static HttpServerResponse head(HttpServerResponse response) {
    return response
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff");
  }

  private static void rejectMethod(
      HttpServerRequest request, HttpServerResponse response, List<HttpBinding> onPath) {
    if (onPath.isEmpty()) {
      HttpCall.fail(
          request,
          404,
          ApiErrors.of(
              Code.NOT_FOUND,
              "NO_SUCH_PATH",
              "there is nothing at %s; see /openapi.json for all paths".formatted(request.path())));
      return;
    }
    String allowed =
        onPath.stream().map(HttpBinding::verb).sorted().collect(Collectors.joining(", "));
    response.putHeader("Allow", allowed);
    HttpCall.fail(
        request,
        405,
        ApiErrors.of(
            Code.UNIMPLEMENTED,
            "NO_SUCH_METHOD",
            "%s allows %s, not %s".formatted(request.path(), allowed, request.method())));
  }

  /** Handles requests that failed before a call was made, for instance because of a large body. */
  private static void rejectRequest(RoutingContext context) {
    int code = context.statusCode();
    boolean clientError = code >= 400 && code < 500;
    if (context.failure() instanceof HttpClosedException) {
      LOG.debug("the client has disconnected path={}", context.request().path());
      return;
    }
    if (!clientError) {
      LOG.error("request failed path={}", context.request().path(), context.failure());
    }
    head(context.response());
    HttpCall.fail(
        context.request(),
        clientError ? code : 500,
        clientError
            ? ApiErrors.of(
                Code.INVALID_ARGUMENT,
                "BAD_REQUEST",
                code == 413
                    ? "a body must be at most %d bytes".formatted(LARGEST_BODY_BYTES)
                    : "this is not a valid HTTP request")
            : ApiErrors.internal());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    executor.shutdownNow();
  }
}
