package org.amalgam.tensor;

import org.amalgam.AmalgamException;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Element types by their names in the safetensors format, with their width in bytes. */
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1),
    F8_E4M3(1),
    F8_E5M2(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Width of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return switch (this) {
            case F64, F32, F16, BF16, F8_E4M3, F8_E5M2 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    /**
     * The type of that name.
     *
     * @param where what the error names: the file and the tensor
     * @throws AmalgamException if no type has the name
     */
    public static DType of(String name, String where) {
        for (DType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new AmalgamException(where + ": unknown dtype " + name + ", expected one of "
                + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", ")));
    }
}
