package dev.connectome.trainer.service.training;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a network in the format of DJL's {@code Block.saveParameters}, without their
 * arrays on the heap. Every block writes its own text, so that is left to it, with stand-ins for
 * the arrays that note where each belongs.
 */
final class ParameterFormat {

  private static final byte PARAMETER_VERSION = 1;

  private final byte[] text;
  private final List<Integer> offsets;
  private final List<NDArray> arrays;

  private interface Decoder {
    NDArray decode(DataInputStream in) throws IOException;
  }

  private ParameterFormat(byte[] text, List<Integer> offsets, List<NDArray> arrays) {
    this.text = text;
    this.offsets = offsets;
    this.arrays = arrays;
  }

  /** Of a network that no other thread uses meanwhile. */
  static ParameterFormat of(Block network) {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    List<Integer> offsets = new ArrayList<>();
    List<NDArray> written = new ArrayList<>();
    Map<Parameter, NDArray> arrays = new IdentityHashMap<>();
    for (Parameter parameter : network.getParameters().values()) {
      if (parameter.isInitialized()) {
        arrays.put(parameter, parameter.getArray());
      }
    }
    try {
      for (Map.Entry<Parameter, NDArray> entry : arrays.entrySet()) {
        NDArray array = entry.getValue();
        set(
            entry.getKey(),
            standIn(
                array,
                () -> {
                  offsets.add(out.size());
                  written.add(array);
                }));
      }
      network.saveParameters(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      arrays.forEach(ParameterFormat::set);
    }
    return new ParameterFormat(bytes.toByteArray(), offsets, written);
  }

  long bytes() {
    return content(false).bytes();
  }

  Content content(boolean copy) {
    return ArrayContent.of(text, offsets, arrays, copy);
  }

  /**
   * Gives another network of the same structure copies of the arrays.
   *
   * @throws IOException if it has another structure
   */
  void copyTo(Block other, NDManager manager) throws IOException {
    Iterator<NDArray> next = arrays.iterator();
    read(
        other,
        decoding(
            manager,
            in -> {
              NDArray array = next.next();
              NDArray copy = array.duplicate();
              copy.attach(manager);
              copy.setName(array.getName());
              return copy;
            }),
        new ByteArrayInputStream(text));
  }

  /**
   * Loads parameters into a network.
   *
   * @throws IOException if they are of another network
   */
  static void load(Block network, NDManager manager, InputStream in) throws IOException {
    read(network, decoding(manager, data -> ArrayFormat.read(manager, data)), in);
  }

  private static void read(Block network, NDManager manager, InputStream in) throws IOException {
    try {
      network.loadParameters(manager, new DataInputStream(in));
    } catch (MalformedModelException e) {
      throw new IOException("the parameters are of another network: " + e.getMessage(), e);
    }
  }

  /** A parameter takes an array after its first only from its own format. */
  private static void set(Parameter parameter, NDArray array) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeChar('P');
      out.writeByte(PARAMETER_VERSION);
      out.writeUTF(parameter.getName());
      parameter.load(
          decoding(array.getManager(), in -> array),
          new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    } catch (IOException | MalformedModelException e) {
      throw new IllegalStateException("DJL's format of parameters has changed", e);
    }
  }

  private static NDArray standIn(NDArray array, Runnable onEncode) {
    return (NDArray)
        Proxy.newProxyInstance(
            NDArray.class.getClassLoader(),
            new Class<?>[] {NDArray.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("encode") && arguments == null) {
                onEncode.run();
                return new byte[0];
              }
              return invoke(array, method, arguments);
            });
  }

  private static NDManager decoding(NDManager manager, Decoder decoder) {
    return (NDManager)
        Proxy.newProxyInstance(
            NDManager.class.getClassLoader(),
            new Class<?>[] {NDManager.class},
            (proxy, method, arguments) ->
                method.getName().equals("decode") && arguments[0] instanceof DataInputStream in
                    ? decoder.decode(in)
                    : invoke(manager, method, arguments));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
