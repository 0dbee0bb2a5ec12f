using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Inputs;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>The REST XML of S3, both ways.</summary>
internal static class S3Xml
{
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>The largest document that S3 takes: a completion with 10,000 parts.</summary>
    private const int LargestDocument = 4 << 20;

    // Keys may hold characters that XML 1.0 has no way to say; S3 writes their references all the same.
    private static readonly XmlWriterSettings Writing = new()
    {
        Encoding = new UTF8Encoding(false),
        CheckCharacters = false,
        NewLineHandling = NewLineHandling.Entitize,
    };

    private static readonly XmlReaderSettings Reading = new() { CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit };

    public static async Task AnswerAsync(S3Call call, string root, Action<XmlWriter> write, int status = 200)
    {
        var bytes = Bytes(root, Namespace, write);
        call.Response.StatusCode = status;
        call.Response.ContentType = "application/xml";
        call.Response.ContentLength = bytes.Length;
        await call.Response.Body.WriteAsync(bytes, call.Cancelled);
    }

    public static ReadOnlyMemory<byte> Bytes(string root, string? xmlns, Action<XmlWriter> write)
    {
        var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, Writing))
        {
            xml.WriteStartElement(root, xmlns);
            write(xml);
            xml.WriteEndElement();
        }

        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }

    public static void Element(this XmlWriter xml, string name, string value) => xml.WriteElementString(name, value);

    public static void Element(this XmlWriter xml, string name, long value) =>
        xml.WriteElementString(name, value.ToString(CultureInfo.InvariantCulture));

    public static void Element(this XmlWriter xml, string name, bool value) => xml.WriteElementString(name, value ? "true" : "false");

    public static void Element(this XmlWriter xml, string name, DateTimeOffset value) =>
        xml.WriteElementString(name, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public static void Optional(this XmlWriter xml, string name, string? value)
    {
        if (value is not null) xml.WriteElementString(name, value);
    }

    public static void Nested(this XmlWriter xml, string name, Action<XmlWriter> write)
    {
        xml.WriteStartElement(name);
        write(xml);
        xml.WriteEndElement();
    }

    public static void Owner(this XmlWriter xml, string name, string account) =>
        xml.Nested(name, x => x.Element("ID", Storage.Identifiers.CanonicalUser(account)));

    /// <summary>The document in the request's body, its digests checked; null when the body is empty.</summary>
    public static async Task<XElement?> ReadAsync(S3Call call, string root)
    {
        var bytes = await ReadBodyAsync(call);
        if (bytes.Length == 0) return null;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes), Reading);
            var document = XElement.Load(reader);
            if (document.Name.LocalName != root) throw S3Errors.MalformedXml();
            HonouredElements.Require(document);
            return document;
        }
        catch (XmlException)
        {
            throw S3Errors.MalformedXml();
        }
    }

    public static async Task<XElement> ReadRequiredAsync(S3Call call, string root) =>
        await ReadAsync(call, root) ?? throw S3Errors.MalformedXml();

    /// <summary>The whole body of a call that isn't about an object's content.</summary>
    public static async Task<byte[]> ReadBodyAsync(S3Call call)
    {
        var memory = new MemoryStream();
        var buffer = new byte[8192];
        for (int read; (read = await call.Aws.Body.ReadAsync(buffer, call.Cancelled)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > LargestDocument)
                throw S3Errors.Of(
                    400,
                    "MaxMessageLengthExceeded",
                    "Your request was too big.",
                    ("MaxMessageLengthBytes", LargestDocument.ToString()));
        }

        var bytes = memory.ToArray();
        if (DeclaredDigests.Md5Of(call) is { } md5 && Convert.ToBase64String(MD5.HashData(bytes)) is var sum && sum != md5)
            throw S3Errors.BadMd5(md5, sum);
        // With CompleteMultipartUpload these headers are about the object that the parts become.
        if (call.Asks("uploadId")) return bytes;
        foreach (var algorithm in ChecksumAlgorithm.All)
        {
            if (call.Header(algorithm.Header) is not { } declared) continue;
            using var running = algorithm.Start();
            running.Append(bytes);
            if (running.Finish() != declared) throw S3Errors.BadDigest(algorithm.Name);
        }

        return bytes;
    }

    /// <summary>A child by its local name, whatever its namespace: clients differ.</summary>
    public static XElement? Child(this XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    public static string? Text(this XElement element, string name) => element.Child(name)?.Value.Trim();

    public static IEnumerable<XElement> Children(this XElement element, string name) =>
        element.Elements().Where(e => e.Name.LocalName == name);

    public static ReadOnlyMemory<byte> Error(AwsCall call, AwsError error, string resource) => Bytes("Error", null, xml =>
    {
        xml.Element("Code", error.Code);
        xml.Element("Message", error.Message);
        foreach (var (name, value) in error.Details) xml.Element(name, value);
        xml.Element("Resource", resource);
        xml.Element("RequestId", call.RequestId);
        xml.Element("HostId", HostId(call));
    });

    /// <summary><c>x-amz-id-2</c>.</summary>
    public static string HostId(AwsCall call) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(call.RequestId)));
}
