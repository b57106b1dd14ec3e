<?xml version="1.0" encoding="UTF-8"?>
<!-- An answer of the OAI-PMH provider as a page. The portal applies it for browsers that say
     that a person is there, and puts the result into its own frame; the others apply it
     themselves, as long as they can. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:oai="http://www.openarchives.org/OAI/2.0/"
    xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    exclude-result-prefixes="oai oai_dc dc">
  <xsl:output method="html" encoding="UTF-8" indent="no"/>
  <xsl:variable name="base" select="string(/oai:OAI-PMH/oai:request)"/>

  <xsl:param name="is_framed" select="false()"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$is_framed"><xsl:apply-templates select="oai:OAI-PMH"/></xsl:when>
      <xsl:otherwise>
        <html lang="en">
          <head>
            <title>OAI-PMH</title>
            <link rel="stylesheet" href="/static/css/tokens.css"/>
            <link rel="stylesheet" href="/static/css/elements.css"/>
            <link rel="stylesheet" href="/static/css/components.css"/>
            <link rel="stylesheet" href="/static/css/pages.css"/>
          </head>
          <body><main><div class="plain"><h1>OAI-PMH</h1>
            <xsl:apply-templates select="oai:OAI-PMH"/></div></main></body>
        </html>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="oai:OAI-PMH">
    <div class="oai">
      <xsl:apply-templates select="oai:error | oai:Identify | oai:GetRecord | oai:ListRecords
        | oai:ListIdentifiers | oai:ListSets | oai:ListMetadataFormats"/>
      <p class="muted small">Answered <xsl:value-of select="oai:responseDate"/>
        to <span class="mono"><xsl:value-of select="oai:request/@verb"/></span></p>
    </div>
  </xsl:template>

  <xsl:template match="oai:error">
    <p class="notice"><span class="mono"><xsl:value-of select="@code"/></span>:
      <xsl:value-of select="."/></p>
  </xsl:template>

  <xsl:template match="oai:Identify">
    <h2><xsl:value-of select="oai:repositoryName"/></h2>
    <dl class="facts">
      <xsl:for-each select="oai:baseURL | oai:adminEmail | oai:earliestDatestamp
          | oai:deletedRecord | oai:granularity | oai:compression">
        <div><dt><xsl:value-of select="local-name()"/></dt>
          <dd class="mono"><xsl:value-of select="."/></dd></div>
      </xsl:for-each>
    </dl>
  </xsl:template>

  <xsl:template match="oai:ListMetadataFormats">
    <dl class="facts">
      <xsl:for-each select="oai:metadataFormat">
        <div><dt><xsl:value-of select="oai:metadataPrefix"/></dt>
          <dd><span class="mono"><xsl:value-of select="oai:metadataNamespace"/></span><br/>
            <a href="{$base}?verb=ListRecords&amp;metadataPrefix={oai:metadataPrefix}">Records</a>,
            <a href="{$base}?verb=ListIdentifiers&amp;metadataPrefix={oai:metadataPrefix}">identifiers</a>
          </dd></div>
      </xsl:for-each>
    </dl>
  </xsl:template>

  <xsl:template match="oai:ListSets">
    <dl class="facts">
      <xsl:for-each select="oai:set">
        <div><dt><xsl:value-of select="oai:setName"/></dt>
          <dd><a class="mono" href="{$base}?verb=ListRecords&amp;metadataPrefix=oai_dc&amp;set={oai:setSpec}">
            <xsl:value-of select="oai:setSpec"/></a></dd></div>
      </xsl:for-each>
    </dl>
    <xsl:apply-templates select="oai:resumptionToken"/>
  </xsl:template>

  <xsl:template match="oai:GetRecord | oai:ListRecords">
    <xsl:apply-templates select="oai:record"/>
    <xsl:apply-templates select="oai:resumptionToken"/>
  </xsl:template>

  <xsl:template match="oai:ListIdentifiers">
    <ol><xsl:for-each select="oai:header"><li><xsl:apply-templates select="."/></li></xsl:for-each></ol>
    <xsl:apply-templates select="oai:resumptionToken"/>
  </xsl:template>

  <xsl:template match="oai:record">
    <section class="oai-record">
      <xsl:apply-templates select="oai:header"/>
      <xsl:choose>
        <xsl:when test="oai:metadata/oai_dc:dc">
          <dl class="facts">
            <xsl:for-each select="oai:metadata/oai_dc:dc/*">
              <div><dt><xsl:value-of select="local-name()"/></dt><dd><xsl:value-of select="."/></dd></div>
            </xsl:for-each>
          </dl>
        </xsl:when>
        <xsl:when test="oai:metadata">
          <pre class="oai-source"><xsl:apply-templates select="oai:metadata/*" mode="source"/></pre>
        </xsl:when>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="oai:header">
    <p><a class="mono" href="{$base}?verb=GetRecord&amp;metadataPrefix=oai_dc&amp;identifier={oai:identifier}">
      <xsl:value-of select="oai:identifier"/></a>
      <xsl:if test="@status = 'deleted'"><xsl:text> </xsl:text><span class="mark mark-withdrawn">Deleted</span></xsl:if>
      <br/><span class="muted small"><xsl:value-of select="oai:datestamp"/>
        <xsl:for-each select="oai:setSpec"><xsl:text> · </xsl:text><xsl:value-of select="."/></xsl:for-each></span></p>
  </xsl:template>

  <xsl:template match="oai:resumptionToken[. = '']">
    <p>This is the end of the list: <xsl:value-of select="@completeListSize"/> in all.</p>
  </xsl:template>

  <xsl:template match="oai:resumptionToken">
    <p><a class="button" rel="next" href="{$base}?verb={/oai:OAI-PMH/oai:request/@verb}&amp;resumptionToken={.}">Go on</a>
      <xsl:text> </xsl:text><span class="muted small">after
        <xsl:value-of select="@cursor + count(../oai:record | ../oai:header | ../oai:set)"/> of
        <xsl:value-of select="@completeListSize"/></span></p>
  </xsl:template>

  <xsl:template match="*" mode="source">
    <xsl:param name="indent" select="''"/>
    <xsl:value-of select="concat('&#10;', $indent, '&lt;', name())"/>
    <xsl:for-each select="@*"><xsl:value-of select="concat(' ', name(), '=&quot;', ., '&quot;')"/></xsl:for-each>
    <xsl:choose>
      <xsl:when test="*">
        <xsl:text>&gt;</xsl:text>
        <xsl:apply-templates select="*" mode="source">
          <xsl:with-param name="indent" select="concat($indent, '  ')"/>
        </xsl:apply-templates>
        <xsl:value-of select="concat('&#10;', $indent, '&lt;/', name(), '&gt;')"/>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="concat('&gt;', ., '&lt;/', name(), '&gt;')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
