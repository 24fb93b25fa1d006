package dev.connectome.controller.http;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The comments of the contracts on services, methods, messages and fields. */
final class ContractComments {

  private static final String CONTRACTS = "/dev/connectome/protos/contracts.binpb";

  private final Map<String, String> byName = new HashMap<>();

  private ContractComments() {}

  /** Reads the comments from the descriptors that the build packages with the contracts. */
  static ContractComments load() {
    var comments = new ContractComments();
    try (InputStream contracts = ContractComments.class.getResourceAsStream(CONTRACTS)) {
      if (contracts == null) {
        throw new IllegalStateException(CONTRACTS + " is missing");
      }
      FileDescriptorSet.parseFrom(contracts).getFileList().forEach(comments::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return comments;
  }

  /** The comment on something by its full name, in one line; empty if there is none. */
  String of(String fullName) {
    return byName.getOrDefault(fullName, "");
  }

  private void add(FileDescriptorProto file) {
    Map<List<Integer>, String> found = new HashMap<>();
    for (Location location : file.getSourceCodeInfo().getLocationList()) {
      found.put(
          location.getPathList(), location.getLeadingComments().strip().replaceAll("\\s+", " "));
    }
    var inFile = new InFile(found);
    for (int i = 0; i < file.getMessageTypeCount(); i++) {
      inFile.message(
          file.getPackage(),
          List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i),
          file.getMessageType(i));
    }
    for (int i = 0; i < file.getEnumTypeCount(); i++) {
      inFile.enumeration(
          file.getPackage(),
          List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i),
          file.getEnumType(i));
    }
    for (int i = 0; i < file.getServiceCount(); i++) {
      inFile.service(
          file.getPackage(),
          List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, i),
          file.getService(i));
    }
  }

  /** The comments of one file, by the path of the element that they describe. */
  private final class InFile {
    private final Map<List<Integer>, String> found;

    InFile(Map<List<Integer>, String> found) {
      this.found = found;
    }

    void message(String scope, List<Integer> path, DescriptorProto message) {
      String name = note(scope, message.getName(), path);
      for (int i = 0; i < message.getFieldCount(); i++) {
        note(
            name,
            message.getField(i).getName(),
            child(path, DescriptorProto.FIELD_FIELD_NUMBER, i));
      }
      for (int i = 0; i < message.getNestedTypeCount(); i++) {
        message(
            name,
            child(path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, i),
            message.getNestedType(i));
      }
    }

    void enumeration(String scope, List<Integer> path, EnumDescriptorProto enumeration) {
      note(scope, enumeration.getName(), path);
      for (int i = 0; i < enumeration.getValueCount(); i++) {
        // The names of values belong to the scope of their enum.
        note(
            scope,
            enumeration.getValue(i).getName(),
            child(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i));
      }
    }

    void service(String scope, List<Integer> path, ServiceDescriptorProto service) {
      String name = note(scope, service.getName(), path);
      for (int i = 0; i < service.getMethodCount(); i++) {
        note(
            name,
            service.getMethod(i).getName(),
            child(path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, i));
      }
    }

    private String note(String scope, String name, List<Integer> path) {
      String fullName = scope + "." + name;
      byName.put(fullName, found.getOrDefault(path, ""));
      return fullName;
    }

    private static List<Integer> child(List<Integer> path, int kind, int index) {
      List<Integer> child = new ArrayList<>(path);
      child.add(kind);
      child.add(index);
      return child;
    }
  }
}
