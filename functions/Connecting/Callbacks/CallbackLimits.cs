using ServerlessDrives.Http.Limits;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>Slows down whoever guesses callback links.</summary>
public sealed class CallbackLimits() : LinkLimits("callback links");
