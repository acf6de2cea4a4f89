package org.amalgam.tensor;

import org.amalgam.AmalgamException;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Element types as libtorch names them. */
final class ElementTypes {

    private ElementTypes() {}

    static TensorOptions options(DType type) {
        return new TensorOptions(scalar(type));
    }

    static torch.ScalarType scalar(DType type) {
        return switch (type) {
            case F64 -> torch.ScalarType.Double;
            case F32 -> torch.ScalarType.Float;
            case F16 -> torch.ScalarType.Half;
            case BF16 -> torch.ScalarType.BFloat16;
            case I64 -> torch.ScalarType.Long;
            case I32 -> torch.ScalarType.Int;
            case I16 -> torch.ScalarType.Short;
            case I8 -> torch.ScalarType.Char;
            case U8 -> torch.ScalarType.Byte;
            case BOOL -> torch.ScalarType.Bool;
            case F8_E4M3 -> torch.ScalarType.Float8_e4m3fn;
            case F8_E5M2 -> torch.ScalarType.Float8_e5m2;
        };
    }

    /**
     * The type of libtorch's name.
     *
     * @throws AmalgamException if no tensor here has such elements
     */
    static DType of(torch.ScalarType scalar) {
        for (DType candidate : DType.values()) {
            if (scalar(candidate).value == scalar.intern().value) {
                return candidate;
            }
        }
        throw new AmalgamException("tensors of type " + scalar + " are not used here");
    }
}
