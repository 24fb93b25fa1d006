package dev.connectome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class ControllerExceptionTest {

  private static final int MORE_THAN_ANY_RETRY = 10;

  private static ControllerException failure(StatusRuntimeException answer) throws IOException {
    try (FakeController controller = new FakeController();
        ConnectomeClient client =
            ConnectomeClient.builder(controller.endpoint())
                .deadline(Duration.ofSeconds(30))
                .build()) {
      controller.failures.addAll(Collections.nCopies(MORE_THAN_ANY_RETRY, answer));
      return catchThrowableOfType(ControllerException.class, () -> client.resume("a"));
    }
  }

  private static StatusRuntimeException answer(Code code, String message, Message... details) {
    var status = com.google.rpc.Status.newBuilder().setCode(code.getNumber()).setMessage(message);
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static ErrorInfo info(String reason) {
    return ErrorInfo.newBuilder().setReason(reason).build();
  }

  @Test
  void aRefusalHasItsCodeReasonAndWords() throws IOException {
    ControllerException failure =
        failure(answer(Code.NOT_FOUND, "run \"a\" does not exist", info("RUN_NOT_FOUND")));

    assertThat(failure).hasMessage("run \"a\" does not exist");
    assertThat(failure.code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure.reason()).isEqualTo("RUN_NOT_FOUND");
    assertThat(failure.isBadRequest()).isTrue();
    assertThat(failure.isTransient()).isFalse();
  }

  @Test
  void everyFieldThatIsWrongIsNamed() throws IOException {
    BadRequest fields =
        BadRequest.newBuilder()
            .addFieldViolations(violation("spec.epochs", "must be 1 or more, not 0"))
            .addFieldViolations(violation("labels", "must be at most 64"))
            .build();

    ControllerException failure =
        failure(answer(Code.INVALID_ARGUMENT, "bad", info("INVALID_FIELD"), fields));

    assertThat(failure)
        .hasMessage(
            """
            the controller refused the request:
              spec.epochs: must be 1 or more, not 0
              labels: must be at most 64\
            """);
    assertThat(failure.violations())
        .extracting(ControllerException.FieldViolation::field)
        .containsExactly("spec.epochs", "labels");
  }

  private static BadRequest.FieldViolation violation(String field, String description) {
    return BadRequest.FieldViolation.newBuilder()
        .setField(field)
        .setDescription(description)
        .build();
  }

  @Test
  void aDatabaseThatIsAwayIsNotAControllerThatIs() throws IOException {
    ControllerException failure =
        failure(answer(Code.UNAVAILABLE, "the database is away", info("DATABASE_AWAY")));

    assertThat(failure).hasMessage("the controller is unavailable: the database is away");
    assertThat(failure.isTransient()).isTrue();
  }

  @Test
  void aFailureWithoutDetailsHasWordsToo() throws IOException {
    assertThat(failure(Status.UNIMPLEMENTED.asRuntimeException()))
        .hasMessageContaining("of another version");
    assertThat(failure(Status.INTERNAL.asRuntimeException()))
        .hasMessage("the controller answered INTERNAL");
  }

  @Test
  void anHttpServerIsNotTakenForAControllerOfAnotherVersion() throws IOException {
    String answer = "HTTP status code 404\ninvalid content-type: text/html";

    assertThat(failure(Status.UNIMPLEMENTED.withDescription(answer).asRuntimeException()))
        .hasMessageContaining("does not speak gRPC: is it the controller's HTTP port?");
  }

  @Test
  void anAddressOfAPageIsNoEndpoint() {
    assertThatThrownBy(() -> ConnectomeClient.to("http://127.0.0.1:9400"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is the address of a web page: it must be HOST:PORT");
  }

  @Test
  void aControllerThatIsNotThereCannotBeReached() throws IOException {
    FakeController controller = new FakeController();
    String endpoint = controller.endpoint();
    controller.close();
    try (ConnectomeClient client = ConnectomeClient.to(endpoint)) {
      assertThat(catchThrowableOfType(ControllerException.class, () -> client.resume("a")))
          .hasMessageStartingWith("the controller cannot be reached")
          .hasMessageEndingWith("is it running?");
    }
  }
}
