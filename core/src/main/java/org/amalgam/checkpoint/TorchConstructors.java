package org.amalgam.checkpoint;

import org.amalgam.checkpoint.PickleValues.Global;
import org.amalgam.checkpoint.PickleValues.Tuple;
import org.amalgam.checkpoint.PickleValues.Unmade;
import org.amalgam.checkpoint.TorchStorages.View;
import org.amalgam.tensor.DType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a pickle may name and call. A pickle is a program that asks for functions by name; here a name is compared with those below
 * and never resolved: what is not among them stays {@link Unmade}.
 */
record TorchConstructors(PickleValues values, TorchStorages storages) {

    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
    private static final String STORAGES = "torch.";
    private static final int MAX_AXES = 64;

    /** Whether the name is one of those that make tensors. */
    static boolean knows(String name) {
        return Set.of(ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER).contains(name)
                || (name.startsWith(STORAGES) && TorchStorages.TYPES.containsKey(name.substring(STORAGES.length())));
    }

    Global named(String module, String name) {
        return new Global(module + "." + name);
    }

    /** What stands for an object of the class. */
    Unmade unmade(Object type) {
        if (type instanceof Global global) {
            return new Unmade(global.name());
        }
        throw values.fault("the pickle makes an object of " + PickleValues.kind(type));
    }

    Object call(Object callable, Object arguments) {
        if (!(callable instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw values.fault(
                    "the pickle calls " + PickleValues.kind(callable) + " with " + PickleValues.kind(arguments));
        }
        List<Object> items = tuple.items();
        return switch (global.name()) {
            case ORDERED_DICT -> dictionary(items);
            case REBUILD_TENSOR -> tensor(items);
            case REBUILD_PARAMETER -> parameter(items);
            case "builtins.set", "__builtin__.set" -> set(items);
            default -> {
                if (knows(global.name())) {
                    throw values.fault("the pickle calls " + global.name() + ", which is a type of storages");
                }
                yield called(global.name(), items);
            }
        };
    }

    /** The items in their order. */
    private Object set(List<Object> items) {
        return items.size() == 1 && items.get(0) instanceof List<?> list
                ? new Tuple(new ArrayList<>(list))
                : new Unmade("set");
    }

    /** An old way of making an object names its class as the first argument of the call. */
    private static Unmade called(String name, List<Object> items) {
        boolean classFirst = name.equals("copyreg._reconstructor") || name.equals("copy_reg._reconstructor");
        return new Unmade(classFirst && !items.isEmpty() && items.get(0) instanceof Global type ? type.name() : name);
    }

    /** What {@code torch.save} refers to outside the pickle: {@code ('storage', type, key, location, elements)}. */
    TorchStorages.Storage storage(Object id) {
        List<Object> parts = values.items(id);
        if (parts.size() != 5 || !"storage".equals(parts.get(0)) || !(parts.get(1) instanceof Global type)) {
            throw values.fault("refers to something that is no storage");
        }
        DType dtype = type.name().startsWith(STORAGES)
                ? TorchStorages.TYPES.get(type.name().substring(STORAGES.length()))
                : null;
        if (dtype == null) {
            throw values.fault("refers to a storage of type " + type.name());
        }
        return storages.storage(dtype, values.string(parts.get(2)), values.integer(parts.get(4)));
    }

    /** Its pairs are set afterwards: given here, one list could fill any number of dictionaries. */
    private Map<Object, Object> dictionary(List<Object> items) {
        if (!items.isEmpty()) {
            throw values.fault("an OrderedDict is built from pairs, which torch.save never does");
        }
        return new LinkedHashMap<>();
    }

    /** Arguments: storage, offset, shape, strides, and two or three that say nothing about the values. */
    private View tensor(List<Object> items) {
        if (items.size() < 4 || !(items.get(0) instanceof TorchStorages.Storage storage)) {
            throw values.fault("a tensor is not built from a storage, offset, shape and strides");
        }
        List<Long> shape = values.integers(items.get(2));
        if (shape.size() > MAX_AXES) {
            throw values.fault("a tensor has " + shape.size() + " axes, PyTorch allows " + MAX_AXES);
        }
        return storages.view(storage, values.integer(items.get(1)), shape, values.integers(items.get(3)));
    }

    private View parameter(List<Object> items) {
        if (items.isEmpty() || !(items.get(0) instanceof View tensor)) {
            throw values.fault("a parameter is not built from a tensor");
        }
        return tensor;
    }
}
