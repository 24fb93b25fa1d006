package dev.connectome.cli.runs;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.connectome.cli.CommandFailure;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Set;

/** What a server's refusal means to the person who typed the command. */
public final class GrpcFailure {
  private static final Set<Status.Code> BAD_INPUT =
      Set.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.ALREADY_EXISTS,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.NOT_FOUND);

  private GrpcFailure() {}

  /**
   * Turns a status into a message, with the offending fields if the server named them.
   *
   * @param failure what the call threw
   * @return exit code 2 if the request was at fault, else 1
   */
  public static CommandFailure of(StatusRuntimeException failure) {
    Status status = failure.getStatus();
    StringBuilder violations = new StringBuilder();
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    if (details != null) {
      details.getDetailsList().forEach(detail -> appendViolations(detail, violations));
    }
    String text =
        violations.isEmpty()
            ? description(status)
            : "the controller refuses the request:" + violations;
    return BAD_INPUT.contains(status.getCode())
        ? CommandFailure.badInput(text)
        : CommandFailure.failed(text, failure);
  }

  private static String description(Status status) {
    String said = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE -> "the controller cannot be reached (" + said + "): is the platform up?";
      case DEADLINE_EXCEEDED -> "the controller did not answer in time";
      case UNIMPLEMENTED -> "the controller does not know this call: is it of another version?";
      default -> said.isEmpty() ? "the controller answered " + status.getCode() : said;
    };
  }

  private static void appendViolations(Any detail, StringBuilder text) {
    if (!detail.is(BadRequest.class)) {
      return;
    }
    try {
      for (BadRequest.FieldViolation violation :
          detail.unpack(BadRequest.class).getFieldViolationsList()) {
        text.append("\n  ")
            .append(violation.getField())
            .append(": ")
            .append(violation.getDescription());
      }
    } catch (InvalidProtocolBufferException e) {
      text.append("\n  (the details of the answer could not be read)");
    }
  }
}
