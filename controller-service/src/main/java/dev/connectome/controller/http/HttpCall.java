package dev.connectome.controller.http;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.connectome.controller.api.ApiErrors;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the responses of one gRPC call to an HTTP response, on the event loop of that response.
 * Requests the next item when the response can take it.
 */
final class HttpCall extends ClientCall.Listener<Message> {

  private static final Logger LOG = LoggerFactory.getLogger(HttpCall.class);
  private static final long KEEP_ALIVE_MILLIS = 15_000;

  private final Vertx vertx;
  private final ClientCall<DynamicMessage, Message> call;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final @Nullable StreamFormat stream;
  private @Nullable Message single;
  private long keepAlive = -1;

  private HttpCall(
      Vertx vertx,
      ClientCall<DynamicMessage, Message> call,
      HttpServerRequest request,
      @Nullable StreamFormat stream) {
    this.vertx = vertx;
    this.call = call;
    this.request = request;
    this.response = request.response();
    this.stream = stream;
  }

  static void start(
      Vertx vertx,
      ClientCall<DynamicMessage, Message> call,
      Metadata headers,
      DynamicMessage message,
      HttpServerRequest request,
      @Nullable StreamFormat stream) {
    var listener = new HttpCall(vertx, call, request, stream);
    HttpServerResponse response = request.response();
    response.closeHandler(closed -> call.cancel("the client has disconnected", null));
    response.exceptionHandler(failure -> call.cancel("the client has disconnected", failure));
    call.start(listener, headers);
    call.request(1);
    call.sendMessage(message);
    call.halfClose();
  }

  @Override
  public void onMessage(Message message) {
    try {
      take(message);
    } catch (RuntimeException e) {
      breakOff(e);
    }
  }

  private void take(Message message) {
    if (stream == null) {
      single = message;
      call.request(1);
      return;
    }
    begin(stream);
    response.write(stream.item(message));
    if (response.writeQueueFull()) {
      response.drainHandler(drained -> call.request(1));
    } else {
      call.request(1);
    }
  }

  private void begin(StreamFormat format) {
    if (!response.headWritten()) {
      response.setChunked(true).putHeader("Content-Type", format.contentType());
      format
          .keepAlive()
          .ifPresent(
              sign ->
                  keepAlive = vertx.setPeriodic(KEEP_ALIVE_MILLIS, timer -> response.write(sign)));
    }
  }

  @Override
  public void onClose(io.grpc.Status status, Metadata trailers) {
    if (keepAlive >= 0) {
      vertx.cancelTimer(keepAlive);
    }
    if (response.ended() || response.closed()) {
      return;
    }
    try {
      end(status, trailers);
    } catch (RuntimeException e) {
      breakOff(e);
    }
  }

  /** Every response ends, whatever cannot be written into it. */
  private void breakOff(RuntimeException cause) {
    LOG.error("response not written", cause);
    call.cancel("the response cannot be written", cause);
    if (response.headWritten()) {
      response.reset();
    } else if (!response.ended()) {
      fail(request, 500, ApiErrors.internal());
    }
  }

  private void end(io.grpc.Status status, Metadata trailers) {
    Status failure = status.isOk() ? null : HttpResponses.status(status, trailers);
    if (failure != null && !response.headWritten()) {
      response.setStatusCode(HttpResponses.httpStatus(status.getCode()));
      end(request, HttpResponses.pretty(failure));
    } else if (stream != null) {
      begin(stream);
      response.end(stream.end(failure));
    } else if (single != null) {
      end(request, HttpResponses.pretty(single));
    } else {
      fail(request, 500, ApiErrors.internal());
    }
  }

  /** Responds with an error. */
  static void fail(HttpServerRequest request, int httpStatus, StatusRuntimeException error) {
    Metadata trailers = Objects.requireNonNullElseGet(error.getTrailers(), Metadata::new);
    request.response().setStatusCode(httpStatus);
    end(request, HttpResponses.pretty(HttpResponses.status(error.getStatus(), trailers)));
  }

  /** Responds that who calls cannot be found out now. */
  static void away(HttpServerRequest request, Throwable cause) {
    LOG.warn("caller not identified error=\"{}\"", cause.toString());
    fail(
        request,
        503,
        ApiErrors.of(
            Code.UNAVAILABLE, "SESSIONS_AWAY", "the sessions cannot be read now; try again"));
  }

  /** Ends a response with JSON; one to a HEAD without it. */
  static void end(HttpServerRequest request, String json) {
    HttpServerResponse response = request.response().putHeader("Content-Type", "application/json");
    if (request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.end(json);
    }
  }
}
