package dev.connectome.controller.http;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a method of a service is called over HTTP, as its {@code google.api.http} annotation says.
 *
 * @param verb GET, POST, PATCH, PUT or DELETE
 * @param body the field that the HTTP body holds; {@code *} for the whole request, empty for no
 *     body
 * @param responseBody the field that the response body holds; empty for the whole response
 */
record HttpBinding(
    MethodDescriptor method, String verb, PathTemplate path, String body, String responseBody) {

  private static final String WHOLE = "*";

  /**
   * The bindings of all methods of services.
   *
   * @throws IllegalArgumentException if a method has none
   */
  static List<HttpBinding> of(Collection<ServiceDescriptor> services) {
    return services.stream()
        .flatMap(service -> service.getMethods().stream())
        .flatMap(HttpBinding::of)
        .toList();
  }

  private static Stream<HttpBinding> of(MethodDescriptor method) {
    if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
      throw new IllegalArgumentException(method.getFullName() + " has no google.api.http option");
    }
    HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
    return Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
        .map(one -> of(method, one));
  }

  private static HttpBinding of(MethodDescriptor method, HttpRule rule) {
    String path =
        switch (rule.getPatternCase()) {
          case GET -> rule.getGet();
          case PUT -> rule.getPut();
          case POST -> rule.getPost();
          case DELETE -> rule.getDelete();
          case PATCH -> rule.getPatch();
          case CUSTOM, PATTERN_NOT_SET ->
              throw new IllegalArgumentException(method.getFullName() + " has no HTTP verb");
        };
    return new HttpBinding(
        method,
        rule.getPatternCase().name(),
        new PathTemplate(path),
        rule.getBody(),
        rule.getResponseBody());
  }

  /** Whether the request's body is the whole request. */
  boolean wholeBody() {
    return body.equals(WHOLE);
  }

  /** Whether a request has a body. */
  boolean hasBody() {
    return !body.isEmpty();
  }

  /** The field that the body holds; empty if it is the whole request or there is no body. */
  Optional<FieldDescriptor> bodyField() {
    return hasBody() && !wholeBody()
        ? Optional.of(method.getInputType().findFieldByName(body))
        : Optional.empty();
  }

  /**
   * The bytes field of a message of the request that may be sent unencoded, in a part of its own:
   * the message's field and the bytes field in it.
   */
  Optional<List<FieldDescriptor>> rawPart() {
    return method.getInputType().getFields().stream()
        .filter(field -> field.getJavaType() == JavaType.MESSAGE && !field.isRepeated())
        .flatMap(
            field ->
                field.getMessageType().getFields().stream()
                    .filter(one -> one.getJavaType() == JavaType.BYTE_STRING)
                    .map(one -> List.of(field, one)))
        .findFirst();
  }

  /** The bytes field that is sent unencoded; empty if responses are JSON. */
  Optional<FieldDescriptor> rawField() {
    return responseBody.isEmpty()
        ? Optional.empty()
        : Optional.of(method.getOutputType().findFieldByName(responseBody));
  }
}
