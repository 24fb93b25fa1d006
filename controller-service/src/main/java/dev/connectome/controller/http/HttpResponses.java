package dev.connectome.controller.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.protobuf.StatusProto;

/** Messages and errors as JSON, and the HTTP status of an error. */
final class HttpResponses {

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .alwaysPrintFieldsWithNoPresence()
          .usingTypeRegistry(
              JsonFormat.TypeRegistry.newBuilder()
                  .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                  .build());
  private static final JsonFormat.Printer ONE_LINE = PRINTER.omittingInsignificantWhitespace();

  private HttpResponses() {}

  /** Indented, with a newline at the end. */
  static String pretty(Message message) {
    return print(PRINTER, message) + "\n";
  }

  /** On one line, without a newline at the end. */
  static String line(Message message) {
    return print(ONE_LINE, message);
  }

  private static String print(JsonFormat.Printer printer, Message message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a response cannot be written as JSON", e);
    }
  }

  /** The status of a call, with its details if there are any. */
  static Status status(io.grpc.Status status, Metadata trailers) {
    Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    return details == null ? status(status) : details;
  }

  private static Status status(io.grpc.Status status) {
    return Status.newBuilder()
        .setCode(status.getCode().value())
        .setMessage(status.getDescription() == null ? "" : status.getDescription())
        .build();
  }

  /** The HTTP status that {@code google.rpc.Code} names for a gRPC status. */
  static int httpStatus(io.grpc.Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
    };
  }
}
