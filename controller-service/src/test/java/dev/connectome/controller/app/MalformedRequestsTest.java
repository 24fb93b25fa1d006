package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes that are no message of the method. */
class MalformedRequestsTest extends ApiOverGrpc {

  /** A field of two bytes of which there is one. */
  private static final byte[] CUT_OFF = {0x0a, 0x02, 0x61};

  /** A text that is no UTF-8. */
  private static final byte[] NO_TEXT = {0x0a, 0x01, (byte) 0xff};

  @Test
  void areTheCallersMistakeAndTheServiceGoesOn() {
    create("a", "");
    for (MethodDescriptor<?, ?> method :
        List.of(
            TrainingRunServiceGrpc.getGetTrainingRunMethod(),
            TrainingRunServiceGrpc.getWatchTrainingRunMethod(),
            TrainerRegistryServiceGrpc.getHeartbeatMethod())) {
      for (byte[] bytes : List.of(CUT_OFF, NO_TEXT)) {
        StatusRuntimeException refusal = refusal(() -> call(method, bytes));

        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal).hasMessageContaining(method.getFullMethodName());
      }
    }
    assertThat(controller.get("a")).returns("runs/a", TrainingRun::getName);
  }

  private <A> void call(MethodDescriptor<?, A> method, byte[] bytes) {
    MethodDescriptor<byte[], A> raw =
        method.toBuilder(new Bytes(), method.getResponseMarshaller()).build();
    var answers =
        ClientCalls.blockingServerStreamingCall(
            controller.channel(), raw, CallOptions.DEFAULT, bytes);
    answers.forEachRemaining(answer -> assertThat(answer).isNull());
  }

  private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {

    @Override
    public InputStream stream(byte[] request) {
      return new ByteArrayInputStream(request);
    }

    @Override
    public byte[] parse(InputStream bytes) {
      throw new UnsupportedOperationException("requests are only sent");
    }
  }
}
