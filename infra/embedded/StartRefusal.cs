using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using ServerlessDrives.Embedded.Cloud;

namespace ServerlessDrives.Embedded;

/// <summary>The app can't start like this; the message is the sentence for the person who started it.</summary>
public sealed class StartRefusedException(string message) : Exception(message);

/// <summary>Which failures of a start are told in a sentence, and which need their stack trace.</summary>
internal static class StartRefusal
{
    /// <returns>Null where nothing that was set or typed explains the failure.</returns>
    public static string? SentenceOf(Exception failure) =>
        failure switch
        {
            StartRefusedException or EmbeddedCloudException => failure.Message,
            OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
            // Several wrong settings at once.
            AggregateException several
                when several.InnerExceptions.Select(SentenceOf).ToList() is var sentences
                    && sentences.TrueForAll(sentence => sentence is not null) => string.Join(Environment.NewLine, sentences),
            // The binder's own: it names the key, its value and what was expected.
            InvalidOperationException
            {
                InnerException: FormatException or ArgumentException or OverflowException or InvalidCastException
            } unreadable when unreadable.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) =>
                unreadable.Message,
            IOException { InnerException: AddressInUseException } => $"{failure.Message} {FreePort.ChooseAnother}",
            _ => null,
        };
}
