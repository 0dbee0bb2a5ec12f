namespace ServerlessDrives.Common;

/// <summary>Why a text that a person typed can't be read: one sentence that says what is wrong and what was expected.</summary>
public sealed record ParseError(string Message)
{
    public override string ToString() => Message;
}
