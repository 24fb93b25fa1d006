package dev.connectome.signature.ingest;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.connectome.signature.codec.MalformedRecordException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** The gRPC errors of the ingest service, with error details. */
final class IngestErrors {

  private static final String DOMAIN = "connectome.dev";

  private IngestErrors() {}

  static StatusRuntimeException malformed(MalformedRecordException e) {
    String field = e.field().isEmpty() ? "record" : "record." + e.field();
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage(e.problem())
            .addDetails(Any.pack(info(e.defect().name())))
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder()
                                .setField(field)
                                .setDescription(e.problem()))
                        .build()))
            .build());
  }

  static StatusRuntimeException brokerUnavailable(Exception cause) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.UNAVAILABLE_VALUE)
            .setMessage(
                "the broker did not accept the record (%s); resend it and all records after it"
                    .formatted(cause.getMessage()))
            .addDetails(Any.pack(info("BROKER_UNAVAILABLE")))
            .build());
  }

  private static ErrorInfo info(String reason) {
    return ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason).build();
  }
}
