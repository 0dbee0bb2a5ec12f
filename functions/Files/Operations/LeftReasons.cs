namespace ServerlessDrives.Files.Operations;

/// <summary>Why a file is left where it is, in words for people.</summary>
internal static class LeftReasons
{
    public static readonly (string Code, string Detail) Exists = (
        "exists",
        "There is another file at the target, which is never written over.");

    public static readonly (string Code, string Detail) NameTooLong = (
        "name-too-long",
        "With the target's path the name would have more than S3's 1,024 bytes.");

    public static readonly (string Code, string Detail) Changed = (
        "changed",
        "The file was changed or deleted while it was copied, so it was left as it is.");

    public static readonly (string Code, string Detail) Halved = (
        "stopped",
        "The operation was stopped after the file was copied and before it was deleted.");

    public static readonly (string Code, string Detail) Unproven = (
        "not-proven",
        "The copy isn't there as S3 answered it, so the file was not deleted.");

    public static LeftFile Of(FileOperation operation, KeyState state, (string Code, string Detail) why, bool isUnderBoth) =>
        new(state.Key, operation.TargetOf(state.Key), state.Size, why.Code, why.Detail, isUnderBoth);
}
